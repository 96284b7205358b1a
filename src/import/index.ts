// Bringing a history along: users, conversations and what was said in them, from a file of lines of JSON. Owns Imported, ImportPending and ImportedRead. Promises: what is stored
// is stored once, whole, and as if it had been said here, but at its own time; a run that was broken off goes on where it was; nobody is in a new conversation until it is complete; no
// phone is told and no app is called because of it; memory does not grow with the file. It writes as everybody does, by the log, and so beside nodes that run. It does not ask who may: that is the operators'.

export { createImports, ImportStopped, type Imports, sayFault } from './create-imports.ts';
export type { ImportOptions, ImportSummary } from './parts.ts';
