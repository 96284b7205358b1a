// Where people talk: direct conversations and groups, who is in them, and who may change that.
// Owns Conversation, Membership (all but the markers, which the message module raises), JoinRequest, GroupInvite and GroupTerm. Promises: every act is decided under the locks of
// the streams it writes, so that what it found holds when it commits; memberships end by state and give access to one stretch of the log,
// from fromSeq to before untilSeq, where fromSeq is when they came or, if the group has it so, the log's beginning; a direct conversation exists once for two people; memberCount is the number of active memberships.
// What is not the viewer's is NOT_FOUND. `byIds`, `memberships` and `members` do not ask who may see: their callers do.
// Groups that are listed have terms, by which everybody finds them; others have none. Who comes into a group by themselves does so by `joining`: a request ends for both sides with whatever lets its user in, and an invitation's uses are counted
// under the group's lock.
// Writes MemberJoined, MemberChanged, MemberLeft and GroupChanged on the conversation's stream, ConversationOpened, ConversationClosed and MembershipSettled on
// the members' accounts. From its dissolving entry on a group is gone for everybody, however long it takes until each account has been told.
export type { GroupAdministration, OverseenGroup } from './administration.ts';
export {
  type BroughtGroup,
  bringDirect,
  bringGroup,
  type ForeignPart,
  importedState,
  requireForeignGroup,
  storeFormer,
} from './brought.ts';
export {
  type Conversation,
  type GroupHistory,
  type GroupPolicy,
  groupHistories,
  groupPolicies,
  type JoinPolicy,
  joinPolicies,
  type Membership,
  type MembershipRef,
  type NotificationLevel,
  notificationLevels,
  type Role,
} from './conversation.ts';
export { createGroupAdministration } from './create-administration.ts';
export { createGroups } from './create-groups.ts';
export { createJoining } from './create-joining.ts';
export { showTo } from './direct.ts';
export { conversationOpened, groupChanged, memberLeft } from './entries.ts';
export { conversationRow, membershipRow, sideRows, userExists } from './facts.ts';
export { frozenMarkers } from './frozen.ts';
export type { Groups } from './groups.ts';
export { joinRequestKey, ownJoinRequestKey } from './join-request-list.ts';
export type { GroupName, Invite, Joining, JoinRequest } from './joining.ts';
export { conversationKey, memberKey } from './key.ts';
export { allowedActions, allowedTo, type GroupRules, judge, msUntil, requireMay, type Standing, type Wish } from './may.ts';
export { type GroupAction, groupActions } from './permission.ts';
export type { Rights } from './rights.ts';
export { type AssignableRole, assignableRoles } from './role.ts';
export { seesInvites, seesRequests } from './runner.ts';
export type { Sieve } from './sift.ts';
export type { Stay } from './stay.ts';
export { type ConversationRow, conversationOf, isActive, type MembershipRow } from './store.ts';
