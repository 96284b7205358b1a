// The log: every conversation, account and notice board is a stream of entries numbered 1, 2, 3 … in commit order.
// Owns Stream, Entry and the log's half of Message. Promises: seq is gapless and given in the transaction that writes the entry (I1);
// an append that resolved is stored, one that rejected left nothing (I2); entry times never decrease within a stream; a page read has no
// hole. Publishes each entry on its stream's topic after commit, as a hint. Does not know who may read or write: callers decide, inside.

export { changesAccess, endsAccess, recalledMessage, seenFrom } from './access.ts';
export { type Append, type Asked, type Fact, type Head, type Inside, newestByOther, type Placed, type Verdict } from './append.ts';
export { changesRows } from './change.ts';
export type { CommitCounts, CommitLimits } from './committer.ts';
export { type Effect, type EffectKind, effect } from './effect.ts';
export {
  type Entry,
  type EntryData,
  type EntryType,
  entryTypes,
  entryVersion,
  type GroupField,
  type HiddenEntry,
  type KnownEntry,
  type LeaveReason,
  leaveReasons,
  type MemberField,
  type NewEntry,
  type NewMessage,
  type NewPoll,
  type Poll,
  parseEntry,
} from './entry.ts';
export { type Ephemeral, formatHint, type Hint, parseHint, streamTopic } from './hint.ts';
export { createLog, type Log } from './log.ts';
export { countMarkerMoves, markerCount } from './marker-count.ts';
export {
  type Attachments,
  formatAttachments,
  formatIds,
  formatPoll,
  type MessageRow,
  messageData,
  noAttachments,
  parseAttachments,
  parseIds,
  parsePoll,
} from './message-row.ts';
export { type LogPage, type LogRange, readHeads } from './read.ts';
export { appendSearching, type Relock, type Searching } from './relock.ts';
export { serverStreamId } from './server-stream.ts';
