// Where people talk: direct conversations and groups, who is in them, and who may change that.
// Owns Conversation and Membership (all but the markers, which the message module raises). Promises: every act is decided under the locks of
// the streams it writes, so that what it found holds when it commits; memberships end by state and give access to one stretch of the log,
// from fromSeq to before untilSeq; a direct conversation exists once for two people; memberCount is the number of active memberships.
// What is not the viewer's is NOT_FOUND. `byIds`, `memberships` and `members` do not ask who may see: their callers do.
// Writes MemberJoined, MemberChanged, MemberLeft and GroupChanged on the conversation's stream, ConversationOpened, ConversationClosed and MembershipSettled on
// the members' accounts. From its dissolving entry on a group is gone for everybody, however long it takes until each account has been told.
export {
  type Conversation,
  type GroupPolicy,
  groupPolicies,
  type Membership,
  type MembershipRef,
  type NotificationLevel,
  notificationLevels,
  type Role,
} from './conversation.ts';
export { createGroups } from './create-groups.ts';
export { showTo } from './direct.ts';
export { conversationOpened } from './entries.ts';
export { conversationRow, membershipRow, sideRows } from './facts.ts';
export { frozenMarkers } from './frozen.ts';
export type { Groups } from './groups.ts';
export { conversationKey, memberKey } from './key.ts';
export { allowedActions, allowedTo, type GroupRules, judge, msUntil, requireMay, type Standing, type Wish } from './may.ts';
export { type GroupAction, groupActions } from './permission.ts';
export type { Rights } from './rights.ts';
export { type AssignableRole, assignableRoles } from './role.ts';
export type { Stay } from './stay.ts';
export { type ConversationRow, conversationOf, isActive, type MembershipRow } from './store.ts';
