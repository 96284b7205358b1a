// Audit: what operators did, or tried to do.
//
// Owns AuditEntry: who, what, when, from where, with which arguments, on which object, the state before and after, and how it ended.
//
// Promises:
// - An action is stored before it begins, so none is without an entry even if the node dies. How it ended is stored afterwards. If that
//   fails, the entry says UNKNOWN for ever.
// - Entries do not change after that. They are deleted once they are older than config AUDIT_DAYS.
// - Entries contain no password, token or key. Long texts are cut.
// - Times are the database's.
//
// Does not know what the actions mean or who may perform them.
export type * from './audit.ts';
export { createAudit } from './create-audit.ts';
export { type AuditFormat, auditFormats, auditLines } from './lines.ts';
