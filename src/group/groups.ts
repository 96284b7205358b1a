import type { Marks } from '../db/index.ts';
import type { ChatError } from '../errors.ts';
import type { Listed, ListRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';
import type { Conversation, Membership, MembershipRef, Role } from './conversation.ts';
import type { NewGroup } from './create.ts';
import type { Removal } from './leave.ts';
import type { FoundMemberPage, MemberSearchRequest } from './member-search.ts';
import type { MemberSettings } from './member-settings.ts';
import type { MembershipRecord } from './membership-record.ts';
import type { Muting } from './mute.ts';
import type { PartIn, Rights } from './rights.ts';
import type { AssignableRole } from './role.ts';
import type { ConversationFilter } from './sift.ts';
import type { GroupChange } from './update.ts';

/** Direct conversations, groups and their members. Refusals are thrown as ChatError. */
export interface Groups {
  /** Returns the existing conversation, or creates one; also with oneself. Throws NOT_FOUND (userId), BLOCKED (userId). */
  openDirect(viewer: Viewer, options: { userId: bigint }): Promise<Conversation>;
  /**
   * Creates a group. If one member cannot be added, nothing is created. A retry with the same clientGroupId returns the same group, or
   * throws CONFLICT (clientGroupId) if the viewer is no longer in it. Throws INVALID_INPUT (name, description, data, memberIds,
   * clientGroupId, listed), FORBIDDEN (listed), NOT_FOUND, BLOCKED and NOT_CONTACTS (memberIds.N), NOT_FOUND (without field: the viewer's
   * account is erased), LIMIT_REACHED (memberIds, memberIds.N, or without field: the viewer's own groups).
   */
  create(viewer: Viewer, options: NewGroup): Promise<Conversation>;
  /**
   * Changes the given fields; null clears a field. No entry is written if nothing changes. Throws NOT_FOUND (groupId), FORBIDDEN,
   * INVALID_INPUT (the field at fault).
   */
  update(viewer: Viewer, change: GroupChange): Promise<Conversation>;
  /**
   * Adds at most 100 users. Those who cannot be added are in `errors` with field ['userIds', index]; the others join. Throws NOT_FOUND
   * (groupId), FORBIDDEN, INVALID_INPUT (userIds).
   */
  addMembers(
    viewer: Viewer,
    options: { groupId: bigint; userIds: readonly bigint[] },
  ): Promise<{ readonly group: Conversation; readonly members: readonly Membership[]; readonly errors: readonly ChatError[] }>;
  /**
   * Removes a member. With `ban` they cannot come back; users who are not members can be banned too. Throws NOT_FOUND (groupId, userId),
   * FORBIDDEN, INVALID_INPUT (userId: the viewer, who must use `leave`).
   */
  removeMember(viewer: Viewer, removal: Removal): Promise<Conversation>;
  /** Lifts a ban. No effect if the user is not banned. Throws NOT_FOUND (groupId, userId), FORBIDDEN. */
  unbanUser(viewer: Viewer, options: { groupId: bigint; userId: bigint }): Promise<void>;
  /** Assigns a role. Returns null if the member has left since. Throws NOT_FOUND (groupId, userId), FORBIDDEN, LIMIT_REACHED (role). */
  setRole(viewer: Viewer, options: { groupId: bigint; userId: bigint; role: AssignableRole }): Promise<Membership | null>;
  /**
   * Makes a member the owner and the viewer an admin. Returns both memberships. Throws NOT_FOUND (groupId, userId), FORBIDDEN,
   * LIMIT_REACHED (userId).
   */
  transferOwnership(
    viewer: Viewer,
    options: { groupId: bigint; userId: bigint },
  ): Promise<{ readonly group: Conversation; readonly members: readonly Membership[] }>;
  /**
   * Mutes a member until a time; `until` null ends the mute. Returns null if the member has left since. Throws NOT_FOUND (groupId, userId),
   * FORBIDDEN, INVALID_INPUT (until).
   */
  muteMember(viewer: Viewer, muting: Muting): Promise<Membership | null>;
  /**
   * Changes the settings of the viewer's own membership. Throws NOT_FOUND (conversationId), INVALID_INPUT (notificationLevel, silentUntil,
   * pinned, archived, nickname).
   */
  updateOwnPart(viewer: Viewer, part: MemberSettings): Promise<Membership | null>;
  /** Ends the group for all members at once. Throws NOT_FOUND (groupId), FORBIDDEN. */
  dissolve(viewer: Viewer, options: { groupId: bigint }): Promise<void>;
  /** Ends the viewer's membership. When the last member leaves, the group is dissolved. Throws NOT_FOUND (groupId), OWNER_MUST_TRANSFER. */
  leave(viewer: Viewer, options: { groupId: bigint }): Promise<void>;
  /** Tells the accounts of a dissolved group's members, some at a time. Accounts that were told are not told again. Throws UNAVAILABLE. */
  tellDissolved(options: { groupId: bigint; actorId: bigint | null }): Promise<void>;
  /**
   * Takes an erased account out of every conversation, one after another. Throws UNAVAILABLE, or the reason with which `signal` was
   * aborted.
   */
  leaveAll(userId: bigint, signal: AbortSignal): Promise<void>;
  /** Reads all memberships that a user has or ever had, for an export of their data, in pages ordered by conversation id. */
  stays(userId: bigint, options: { first: number; after: bigint }): Promise<readonly MembershipRecord[]>;
  /** Reads conversations. Results are in the order of `ids`; null if there is none or it is dissolved. Does not check who may see them. */
  byIds(ids: readonly bigint[]): Promise<readonly (Conversation | null)[]>;
  /** Reads one conversation, even if it is dissolved: former members may still be shown what was sent there. */
  byIdIncludingDissolved(id: bigint): Promise<Conversation | null>;
  /**
   * Reads active memberships in the order of `refs`; null if there is none. Does not check whether the conversation is dissolved; `byIds`
   * does.
   */
  memberships(refs: readonly MembershipRef[]): Promise<readonly (Membership | null)[]>;
  /** Reads the viewer's active memberships in all conversations that they are shown. */
  shown(viewer: Viewer): Promise<readonly Membership[]>;
  /**
   * Lists the conversations that the viewer is shown, latest activity first: all, or those that have the given marks and pass every sieve.
   * Keys are opaque text. Throws BAD_USER_INPUT (after).
   */
  list(
    viewer: Viewer,
    options: ListRequest & { readonly marks?: Marks | undefined; readonly sieves?: readonly ConversationFilter[] },
  ): Promise<Listed<{ readonly conversation: Conversation }>>;
  /**
   * Counts a search and returns the sieve for conversations with a matching name. Throws RATE_LIMITED past SEARCHES_PER_MINUTE,
   * BAD_USER_INPUT (search).
   */
  called(viewer: Viewer, text: string): Promise<ConversationFilter>;
  /**
   * Lists active members in the order they joined, or those that have one of some roles. Keys are opaque text. Throws BAD_USER_INPUT
   * (after).
   */
  members(
    conversationId: bigint,
    options: ListRequest & { readonly roles?: readonly Role[] | undefined },
  ): Promise<Listed<{ readonly member: Membership }>>;
  /**
   * Finds active members by the beginnings of their names, ordered by the word that matched. A page may be short and still have a next
   * page. Keys are opaque text. Throws RATE_LIMITED past ten times SEARCHES_PER_MINUTE, BAD_USER_INPUT (after,
   * search).
   */
  findMembers(
    viewer: Viewer,
    conversation: Pick<Conversation, 'id' | 'memberCount'>,
    request: MemberSearchRequest,
  ): Promise<FoundMemberPage>;
  /**
   * Lists banned users in the order of their joinedSeq. Keys are opaque text. Does not check who may see them. Throws BAD_USER_INPUT
   * (after).
   */
  bans(conversationId: bigint, options: ListRequest): Promise<Listed<{ readonly userId: bigint }>>;
  /** Reads what members' rights depend on. Results are in the order of `of`. Throws UNAVAILABLE. */
  rights(of: readonly PartIn[]): Promise<readonly Rights[]>;
  /**
   * Finds the direct conversations with each user that the viewer is shown. Results are in the order of `userIds`; null if there is none.
   */
  directWith(viewer: Viewer, userIds: readonly bigint[]): Promise<readonly (Conversation | null)[]>;
}
