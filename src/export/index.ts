// Exports: a file with all that is a user's own, made for them by a job.
// Owns DataExport and DataExportPart. Promises: at most one waits per user, and asking again answers it; a file is whole or not there, whichever node
// makes it and however often it is begun anew; it can be downloaded by whoever has a link of the last hour, until its time is over or the account is
// erased, and then nothing is left of it. Each change is an entry on the account. Does not know how a link travels, nor what the API calls things.
export { createExports, type ExportParts } from './create-exports.ts';
export type * from './data-export.ts';
