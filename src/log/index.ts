// The log: every conversation, account and notice board is a stream of entries numbered 1, 2, 3 … in commit order.
// Owns Stream, Entry and the log's half of Message. Promises: seq is gapless and given in the transaction that writes the entry (I1);
// an append that resolved is stored, one that rejected left nothing (I2); entry times never decrease within a stream; a page read has no
// hole. Publishes each entry on its stream's topic after commit, as a hint. Does not know who may read or write: callers decide, inside.
export { createLog, type Log } from './log.ts';
export type { Append, Inside, Verdict, Fact, Placed } from './append.ts';
export { endsAccess } from './access.ts';
export { formatHint, parseHint, streamTopic, type Ephemeral, type Hint } from './hint.ts';
export type { LogPage, LogRange } from './read.ts';
export { appendSearching, type Relock, type Searching } from './relock.ts';
export {
  entryTypes,
  entryVersion,
  leaveReasons,
  parseEntry,
  type Entry,
  type EntryData,
  type EntryType,
  type HiddenEntry,
  type KnownEntry,
  type LeaveReason,
  type NewEntry,
  type NewMessage,
} from './entry.ts';
