// Moderation: what users report to the admins, and what the admins decide. Owns no tables: the items belong to the queue.
//
// Promises:
// - Users can report only what they can see, and only admins learn of a report.
// - A report keeps a copy of what was said.
// - If several admins decide on an item, the first decision counts, and the others are refused with CONFLICT.
// - A message that an admin removes is recalled for everyone in the commit of the decision.
// - Admins see what was reported, and around a message no more than its reporters could read.
//
// Leaves to its callers who is an admin.
export { createModeration } from './create-moderation.ts';
export { createReports } from './create-reports.ts';
export type * from './moderation.ts';
export type { ModerationParts } from './parts.ts';
export type * from './reports.ts';
