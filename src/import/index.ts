// Import of a history: users, conversations and messages, from a file of JSON lines.
//
// Owns Imported, ImportPending and ImportedRead.
//
// Promises:
// - Everything is stored once, completely, and like content that was sent here, but with its own time.
// - After an interruption the same file continues where the import stopped.
// - Nobody is in a new conversation until it is complete.
// - No push notification is sent and no app is called for imported content.
// - Memory does not grow with the file.
//
// Writes through the log like everything else, and so can run beside nodes. Does not check who may import: operators decide that.

export { createImports, ImportStopped, type Imports, sayFault } from './create-imports.ts';
export type { ImportOptions, ImportSummary } from './parts.ts';
