// The moderation queue: what admins are to look at. Owns ModerationItem and ModerationReport. Promises: of a message, a user or a group there is one item that
// is open, with all that is said of it, of each who says it the newest; it is put there in the transaction that calls for it, under the lock of what it is about,
// so that none is lost and none is there twice. It keeps what was said as it was then, until its time is over or an account is erased. Does not know who may
// report what, nor what becomes of it.
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
