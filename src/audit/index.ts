// Audit: what operators did, or tried to do. Owns AuditEntry: who, what, when, from where, with which arguments, to what, from what to what, and how it ended.
// Promises: an act is written down before it begins, so that none is without its entry, whatever dies meanwhile; how it ended is written after it, and where
// that cannot be, the entry says UNKNOWN for ever. Entries are never changed again; they are removed only once they are older than config AUDIT_DAYS.
// No password, token or key is in them, and long texts are cut. Times are the database's. Does not know what the acts mean, nor who may do them.
export type * from './audit.ts';
export { auditOutcomes } from './audit.ts';
export { createAudit } from './create-audit.ts';
export { type AuditFormat, auditFormats, auditLines } from './lines.ts';
