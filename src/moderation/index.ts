// Moderation: what users report to those who run the system, and what those decide. Owns nothing: the items are the queue's. Promises: only what somebody sees
// can be reported by them, and nobody but admins hears of it; a report keeps what was said; of many who decide on an item one has decided, and the others are told
// so; a message that is removed is taken back for everyone in the same commit. Admins see what was reported, and around it no more than who reported it could
// read. Does not know who is an admin.
export { createModeration } from './create-moderation.ts';
export { createReports } from './create-reports.ts';
export type * from './moderation.ts';
export type { ModerationParts } from './parts.ts';
export type * from './reports.ts';
