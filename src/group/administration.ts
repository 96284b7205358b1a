import type { Membership, Role } from './conversation.ts';
import type { Listed, ListRequest } from './list.ts';
import type { MembershipState } from './store.ts';

/** A group as operators see it, which they also do once it is dissolved: what it is and who is in it, and nothing of what is said there. */
export interface OverseenGroup {
  readonly id: bigint;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: Date;
  /** Whether anybody may find it in the directory; false once it is dissolved. */
  readonly listed: boolean;
  /** 0 once it is dissolved. */
  readonly memberCount: number;
  /** Of a dissolved group: who owned it last. */
  readonly ownerId: bigint | null;
  /** Null while it stands. */
  readonly dissolvedAt: Date | null;
}

/** What an act came to: how it stood before, and after. The same twice: it stood so already. */
export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

/** Somebody's part in a group, whether it stands or has ended; null: they never had one. */
export type Part = { readonly state: MembershipState; readonly role: Role } | null;

/**
 * What operators see of groups and do to them, from outside: what they do is logged as done by nobody among the members, so that no member learns who they are. Refusals
 * are thrown as ChatError. Keys are opaque text.
 */
export interface GroupAdministration {
  /** In the order asked for; null where there never was such a group. Throws UNAVAILABLE. */
  byIds(ids: readonly bigint[]): Promise<readonly (OverseenGroup | null)[]>;
  /** The groups that a user is in, made last first. Those of many users that are asked for together are read together. Throws BAD_USER_INPUT (after), UNAVAILABLE. */
  of(userId: bigint, page: ListRequest): Promise<Listed<{ readonly group: OverseenGroup; readonly key: string }>>;
  /** Who is in a group, in the order they joined; nobody once it is dissolved. Throws as `of` does. */
  members(group: OverseenGroup, page: ListRequest): Promise<Listed<{ readonly member: Membership; readonly key: string }>>;
  /** Ends it for everybody at once. Done again, it stands so already. Throws NOT_FOUND (groupId), CONFLICT (groupId: it is being imported), UNAVAILABLE. */
  dissolve(options: { readonly groupId: bigint }): Promise<Change<Pick<OverseenGroup, 'memberCount' | 'dissolvedAt'>>>;
  /** Takes it out of the directory; who runs it may put it back. Done again, or of a dissolved group, it stands so already. Throws as `dissolve` does. */
  unlist(options: { readonly groupId: bigint }): Promise<Change<Pick<OverseenGroup, 'listed'>>>;
  /**
   * Ends a member's access, with `ban` for good, which can be done to who is not in it. With the last one out the group is dissolved. Done again, it stands so already. Throws
   * NOT_FOUND (groupId; userId: who was never in it, or with `ban` is nobody), CONFLICT (groupId: it is dissolved, or being imported; userId: its owner, who has others in it), UNAVAILABLE.
   */
  remove(options: { readonly groupId: bigint; readonly userId: bigint; readonly ban?: boolean | undefined }): Promise<Change<Part>>;
  /**
   * Makes a member the owner, and the one before, if still in it, an admin; where that would be one too many, a member. Done again, it stands so already. Throws NOT_FOUND (groupId;
   * userId: who is not in it, or whose account is erased), CONFLICT (groupId: it is dissolved, or being imported), UNAVAILABLE.
   */
  setOwner(options: { readonly groupId: bigint; readonly userId: bigint }): Promise<Change<Pick<OverseenGroup, 'ownerId'>>>;
}
