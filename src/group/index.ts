// Conversations: direct conversations and groups, their members, and who may change them.
//
// Owns the tables Conversation, Membership (except the markers, which the message module raises), JoinRequest, GroupInvite and GroupTerm.
//
// Promises:
// - Every act is decided under the locks of the streams that it writes, so what it has checked still holds when it commits.
// - A membership ends by its state. It gives access to one range of the log: from fromSeq to before untilSeq. fromSeq is the joining, or
//   the beginning of the log if the group's history is ALL.
// - Two users have at most one direct conversation. memberCount is the number of active memberships.
// - What the viewer may not see is refused with NOT_FOUND, as is what does not exist.
// - Only listed groups have terms, by which everybody finds them.
// - A join request ends for both sides with whatever lets its user in. The uses of an invite are counted under the group's lock.
// - A group that is dissolved is gone for everybody from that entry on, however long it takes to tell each account.
//
// Leaves to its callers: who may see what `byIds`, `memberships` and `members` return.
//
// Writes MemberJoined, MemberChanged, MemberLeft and GroupChanged to the conversation's stream; ConversationOpened, ConversationClosed,
// MembershipSettled, JoinRequestSent, JoinRequestReceived, JoinRequestClosed and InvitesChanged to accounts.
export type { GroupAdministration, OverseenGroup } from './administration.ts';
export { frozenMarkers } from './block-effects.ts';
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
export { seesInvites, seesRequests } from './group-admins.ts';
export type { Groups } from './groups.ts';
export {
  type ImportedGroup,
  type ImportedPart,
  importDirect,
  importedState,
  importGroup,
  requireImportableGroup,
  storeFormer,
  timeOfErasure,
} from './import-groups.ts';
export { joinRequestKey, ownJoinRequestKey } from './join-request-list.ts';
export type { GroupName, Invite, Joining, JoinRequest } from './joining.ts';
export { conversationKey, memberKey } from './key.ts';
export {
  allowedActions,
  allowedTo,
  type GroupRules,
  isAllowed,
  type MemberStatus,
  msUntil,
  type PermissionRequest,
  refusalOf,
  requireMay,
} from './may.ts';
export type { MembershipRecord } from './membership-record.ts';
export type { GroupAction } from './permission.ts';
export type { Rights } from './rights.ts';
export type { AssignableRole } from './role.ts';
export { requireFewUsers } from './shape.ts';
export type { ConversationFilter } from './sift.ts';
export { type ConversationRow, conversationOf, isActive, type MembershipRow } from './store.ts';
