import type { Marks } from '../db/index.ts';
import type { ChatError } from '../errors.ts';
import type { Viewer } from '../user/index.ts';
import type { Conversation, Membership, MembershipRef, Role } from './conversation.ts';
import type { NewGroup } from './create.ts';
import type { Removal } from './leave.ts';
import type { FoundMemberPage, MemberSearchRequest } from './member-search.ts';
import type { Muting } from './mute.ts';
import type { OwnPart } from './own-part.ts';
import type { PartIn, Rights } from './rights.ts';
import type { AssignableRole } from './role.ts';
import type { Sieve } from './sift.ts';
import type { Stay } from './stay.ts';
import type { GroupChange } from './update.ts';

/** The group module's face: direct conversations, groups and who is in them. Refusals are thrown as ChatError. */
export interface Groups {
  /** The one there is, or a new one; with oneself too. Throws NOT_FOUND (userId). */
  openDirect(viewer: Viewer, options: { userId: bigint }): Promise<Conversation>;
  /** Members that cannot be added fail the whole. Throws INVALID_INPUT (name, description, memberIds, clientGroupId, listed), FORBIDDEN (listed), NOT_FOUND (memberIds.N), LIMIT_REACHED (memberIds, memberIds.N, or without field: the viewer's own). A retry with the same clientGroupId gives the same group; CONFLICT (clientGroupId) once the viewer is no longer in it. */
  create(viewer: Viewer, options: NewGroup): Promise<Conversation>;
  /** Absent leaves as it is, null clears; what changes nothing is no entry. Throws NOT_FOUND (groupId), FORBIDDEN, INVALID_INPUT (the field at fault). */
  update(viewer: Viewer, change: GroupChange): Promise<Conversation>;
  /** At most 100; who cannot be added stands in `errors` with field ['userIds', index], the others join. Throws NOT_FOUND (groupId), FORBIDDEN, INVALID_INPUT (userIds). */
  addMembers(
    viewer: Viewer,
    options: { groupId: bigint; userIds: readonly bigint[] },
  ): Promise<{ readonly group: Conversation; readonly members: readonly Membership[]; readonly errors: readonly ChatError[] }>;
  /** With `ban` they cannot come in again, and need not be in it. Throws NOT_FOUND (groupId, userId), FORBIDDEN, INVALID_INPUT (userId: oneself, who leaves instead). */
  removeMember(viewer: Viewer, removal: Removal): Promise<Conversation>;
  /** Of who is not banned nothing changes. Throws NOT_FOUND (groupId, userId), FORBIDDEN. */
  unbanUser(viewer: Viewer, options: { groupId: bigint; userId: bigint }): Promise<void>;
  /** Null: they have gone since. Throws NOT_FOUND (groupId, userId), FORBIDDEN, LIMIT_REACHED (role). */
  setRole(viewer: Viewer, options: { groupId: bigint; userId: bigint; role: AssignableRole }): Promise<Membership | null>;
  /** The viewer becomes an admin; both parts as they stand. Throws NOT_FOUND (groupId, userId), FORBIDDEN, LIMIT_REACHED (userId). */
  transferOwnership(
    viewer: Viewer,
    options: { groupId: bigint; userId: bigint },
  ): Promise<{ readonly group: Conversation; readonly members: readonly Membership[] }>;
  /** `until` null lets them write again; null is answered where they have gone since. Throws NOT_FOUND (groupId, userId), FORBIDDEN, INVALID_INPUT (until). */
  muteMember(viewer: Viewer, muting: Muting): Promise<Membership | null>;
  /** What the viewer settles of their own part. Throws NOT_FOUND (conversationId), INVALID_INPUT (notificationLevel, silentUntil, pinned, archived, nickname). */
  updateOwnPart(viewer: Viewer, part: OwnPart): Promise<Membership | null>;
  /** Ends it for everybody at once. Throws NOT_FOUND (groupId), FORBIDDEN. */
  dissolve(viewer: Viewer, options: { groupId: bigint }): Promise<void>;
  /** Throws NOT_FOUND (groupId), OWNER_MUST_TRANSFER; the last one out dissolves the group. */
  leave(viewer: Viewer, options: { groupId: bigint }): Promise<void>;
  /** Tells the members of a dissolved group, some at a time; those who were told are not told again. Throws UNAVAILABLE. */
  tellDissolved(options: { groupId: bigint; actorId: bigint | null }): Promise<void>;
  /** Takes an erased account out of every conversation, one after the other. Throws UNAVAILABLE, or what `signal` was aborted with. */
  leaveAll(userId: bigint, signal: AbortSignal): Promise<void>;
  /** Every part that a user has, or ever had, in a conversation, for a file of their own: some at a time, by id. */
  stays(userId: bigint, options: { first: number; after: bigint }): Promise<readonly Stay[]>;
  /** In the order asked for; null where there is none. Does not ask who may see them. */
  byIds(ids: readonly bigint[]): Promise<readonly (Conversation | null)[]>;
  /** The same of one, also where it is dissolved: to show what was said there before to those who were in it. */
  evenDissolved(id: bigint): Promise<Conversation | null>;
  /** Active memberships in the order asked for; null where there is none. Whether the conversation still stands is for `byIds` to say. */
  memberships(refs: readonly MembershipRef[]): Promise<readonly (Membership | null)[]>;
  /** The viewer's active memberships in all that they are shown. */
  shown(viewer: Viewer): Promise<readonly Membership[]>;
  /** What the viewer is shown, latest activity first; all of it, or what they have marked so and every sieve lets through. Keys are opaque text. */
  list(
    viewer: Viewer,
    options: { first: number; after?: string | undefined; marks?: Marks | undefined; sieves?: readonly Sieve[] },
  ): Promise<{ readonly items: readonly { readonly conversation: Conversation; readonly key: string }[]; readonly hasNextPage: boolean }>;
  /** Counts a search, and answers what lets through the conversations that are called so. Throws RATE_LIMITED past SEARCHES_PER_MINUTE. */
  called(viewer: Viewer, text: string): Promise<Sieve>;
  /** Active members in the order they joined, or those who have one of some roles. Keys are opaque text. */
  members(
    conversationId: bigint,
    options: { first: number; after?: string | undefined; roles?: readonly Role[] | undefined },
  ): Promise<{ readonly items: readonly { readonly member: Membership; readonly key: string }[]; readonly hasNextPage: boolean }>;
  /** Active members whose names begin so, by the word that was found; a page may be short and go on. Keys are opaque text. Throws RATE_LIMITED past ten times SEARCHES_PER_MINUTE, BAD_USER_INPUT (after). */
  findMembers(
    viewer: Viewer,
    conversation: Pick<Conversation, 'id' | 'memberCount'>,
    request: MemberSearchRequest,
  ): Promise<FoundMemberPage>;
  /** Who is banned, in the order in which they came to be known to the group. Keys are opaque text. Does not ask who may know. */
  bans(
    conversationId: bigint,
    options: { first: number; after?: string | undefined },
  ): Promise<{ readonly items: readonly { readonly userId: bigint; readonly key: string }[]; readonly hasNextPage: boolean }>;
  /** What members' rights follow from, in the order asked for. Throws UNAVAILABLE. */
  rights(of: readonly PartIn[]): Promise<readonly Rights[]>;
  /** The direct conversations that the viewer sees with each user, in order; null where there is none. */
  directWith(viewer: Viewer, userIds: readonly bigint[]): Promise<readonly (Conversation | null)[]>;
}
