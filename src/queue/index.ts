// The moderation queue: what admins have to review. It owns the tables ModerationItem and ModerationReport.
//
// Promises:
// - There is at most one open item per message, user or group. It holds all reports of its target, the newest of each reporter.
// - Reports are written in the caller's transaction, under the lock of the target's stream, so none is lost or duplicated.
// - An item keeps the target's text as it was, until its retention ends or an account is erased.
//
// It does not know who may report what, or what a decision does.
export type * from './item.ts';
export { itemKinds, itemStates } from './item.ts';
export { type NewReport, newReports, putReport } from './put.ts';
export { eraseItems, eraseNotes, type ItemAbout, itemsAbout, removeItem, resolveItem } from './settle.ts';
export {
  countReports,
  type ItemRange,
  itemFact,
  listItems,
  listReports,
  listReportsBy,
  type OwnReport,
  type ReportPlace,
  readItems,
  streamOf,
} from './store.ts';
