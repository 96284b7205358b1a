// Exports: a file with all of a user's own data, made by a job.
//
// Owns DataExport and DataExportPart.
//
// Promises:
// - At most one file per user is pending. A further request returns that one.
// - A file is complete or absent, whichever node makes it and however often that starts again.
// - Anybody with a link of the last hour can download the file until it expires or the account is erased. Then all of it is deleted.
// - Each change is an entry on the user's account stream.
//
// Does not know how links reach the user, nor the API's names for things.
export { createExports, type ExportParts } from './create-exports.ts';
export type * from './data-export.ts';
