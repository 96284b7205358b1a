// The log. Every conversation, every account and the server itself is a stream of entries, numbered 1, 2, 3 … in commit order.
//
// Owns the tables Stream and Entry, and the part of Message that a message has when it is sent.
//
// Promises:
// - A seq is assigned in the transaction that writes the entry, so a stream has no gaps (I1).
// - An append that resolved is stored; an append that was refused has left nothing (I2).
// - Entry times never decrease within a stream.
// - A page that is read has no gap above the stream's floor.
// - After the commit, each entry is published on its stream's topic as a hint. Hints may be lost; readers then find the entries in the log.
//
// Leaves to its callers: who may read or write. They decide it inside the append, under the locks.

export { changesAccess, endsAccess, recalledMessage, seenFrom } from './access.ts';
export { type Append, type EntryToLog, type Fact, type Head, type Inside, newestByOther, type Placed, type Verdict } from './append.ts';
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
export { appendDiscoveringLocks, type LockDiscovery, type NeedsLocks } from './relock.ts';
export { serverStreamId } from './server-stream.ts';
