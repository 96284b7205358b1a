// The database: Prisma on MySQL or SQLite behind one interface (Db), the migrations, and transactions that are retried until a deadline.
//
// Promises:
// - A transaction that resolved is stored. A transaction that rejected has stored nothing, unless it rejected with UNAVAILABLE, which says
//   that the result is not known.
// - Transient faults (lost connections, deadlocks, lock waits) are retried. They reach callers only as ChatError UNAVAILABLE.
// - Both databases behave alike. One test suite runs on both.
//
// Leaves to its callers what the tables mean. The functions exported here read and write rows where Prisma's query builder is too slow or
// cannot express the statement in both dialects.
//
// The functions that connect to a database are not exported here: only src/open.ts chooses between them.

export { type Acquaintance, selectAcquaintance } from './acquaintance.ts';
export { type Addressed, blockedWithin, holdAddressed, type PairRow, selectAddressed } from './addressed.ts';
export { type AttachedRow, deleteAttached, insertAttached, selectAttached } from './attached-rows.ts';
export { botsAmong } from './bots-among.ts';
export { countContacts } from './contact-count.ts';
export { listShown, type Marks, type ShownRange, type ShownRow } from './conversation-list.ts';
export { type NamedUser, readConversationNames, readUserNames } from './conversation-names.ts';
export { inCurrentMembership, isReadableSaved } from './current-membership.ts';
export { DatabaseError } from './database-error.ts';
export type { Client, Db, LockedStreams, StreamKind, StreamRow, Tx } from './db.ts';
export { unavailable } from './deadline.ts';
export { countDue, type DueStream, markEffectsDone, readDue, type Settled, selectDue } from './due-streams.ts';
export { isDuplicate } from './duplicate.ts';
export { type EntryTime, firstEntries, type StreamStretch } from './first-entries.ts';
export { type FollowedRow, selectFollowed } from './followed.ts';
export { freezeMarkers } from './freeze-markers.ts';
export { countGroups } from './group-count.ts';
export { holdDeployment } from './hold-deployment.ts';
export { type HeldUser, holdUsers, holdUsersForChange } from './hold-users.ts';
export {
  enterPending,
  type ImportedRow,
  insertImported,
  type PendingRow,
  raiseImportedReads,
  raiseThreadReads,
  readImported,
  type SettledMessage,
  settleMessages,
} from './imported-rows.ts';
export { type JobPlace, selectJobs } from './job-list.ts';
export { type LastSeen, raiseLastSeen } from './last-seen.ts';
export { type HeadMove, insertEntries, insertMessages, moveHeads } from './log-rows.ts';
export { extendMarkers, type MarkerPlace } from './marker-run.ts';
export { type Nicknamed, readNicknamed, searchMembers } from './member-search.ts';
export { insertMentions, type MentionRow } from './mention-rows.ts';
export { selectTexts, type TextRange, type TextRow } from './message-texts.ts';
export { type ModerationRange, selectModerationItems, selectReportedItems } from './moderation-list.ts';
export { type KnownHead, selectMovedHeads } from './moved-heads.ts';
export { newestMessages, type Sight } from './newest-message.ts';
export { isLiveGroup, isNotDissolved } from './not-dissolved.ts';
export { type NoticePlace, type NoticeRange, selectNotices } from './notice-list.ts';
export { logOutages } from './outage.ts';
export { lastOverdueEntry, selectOverdueAccounts } from './overdue-entries.ts';
export { isPackedRow, type PackedRow, packRow, shapeOf, unpackRow } from './pack.ts';
export { inPieces, writeInPieces } from './pieces.ts';
export { type PresenceColumns, selectChosen, writeChosen } from './presence-rows.ts';
export { leavePushDeliveries, type PushDeliveryRow, type PushDueRow, raisePushDue } from './push-rows.ts';
export { type MarkerRaise, raiseMarkers } from './raise-markers.ts';
export { type ReachRow, type ReaderRow, readReaders, readReceiptBounds } from './receipt-bounds.ts';
export { renewEpoch } from './renew-epoch.ts';
export { createScratch, type Scratch } from './scratch.ts';
export { byKey, type Selected, selectPages, selectRows } from './select.ts';
export { selectEach } from './select-each.ts';
export { type SenderMembership, type SendKey, type SendRows, selectSendRows, selectSent } from './send-rows.ts';
export { empty, join, raw, type Sql, sql } from './sql.ts';
export { type Model, models, type Row, type Table } from './table.ts';
export { listedGroups, rarestOfGroups, rarestOfUsers, searchGroups, searchUsers } from './term-search.ts';
export { type ListedThreadRow, listThreads } from './thread-list.ts';
export { enterThreads, insertReplies, type ThreadPartRow } from './thread-rows.ts';
export { countThreadUnread, sumThreadUnread, type ThreadOf } from './thread-unread.ts';
export type { Filling, PageSize, Source, Target } from './transfer-ends.ts';
export { trimEntries, trimStretch } from './trim.ts';
export {
  hasOwnDays,
  lastOverdue,
  type OverduePage,
  type StreamRange,
  selectOverdue,
  selectOverdueOwn,
  type TrimStretch,
} from './trim-candidates.ts';
export { countMentions, countUnread, type Stretch } from './unread.ts';
export { deleteVotes, insertVotes, type NewVoteRow, type VoteRow } from './vote-rows.ts';
