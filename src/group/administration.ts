import type { Listed, ListRequest } from '../page.ts';
import type { Membership, Role } from './conversation.ts';
import type { MembershipState } from './store.ts';

/** A group as operators see it, also after it was dissolved: its properties and its members, but no messages. */
export interface OverseenGroup {
  readonly id: bigint;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: Date;
  /** Whether the directory shows it. False once it is dissolved. */
  readonly listed: boolean;
  /** 0 once it is dissolved. */
  readonly memberCount: number;
  /** The owner. For a dissolved group: its last owner. */
  readonly ownerId: bigint | null;
  /** Null while the group exists. */
  readonly dissolvedAt: Date | null;
}

/** The result of an act: the state before and after it. Both are equal if the act changed nothing. */
export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

/** A user's membership in a group, also after it ended. null: the user was never a member. */
export type Part = { readonly state: MembershipState; readonly role: Role } | null;

/**
 * What operators see of groups and do to them. Their acts are logged without an actor, so that no member learns who they are (decision 75).
 * Refusals are thrown as ChatError. Keys are opaque text.
 */
export interface GroupAdministration {
  /** Reads groups. Results are in the order of `ids`; null for an id that was never a group's. Throws UNAVAILABLE. */
  byIds(ids: readonly bigint[]): Promise<readonly (OverseenGroup | null)[]>;
  /**
   * Lists the groups that a user is a member of, newest first. Concurrent calls for many users share one read. Throws BAD_USER_INPUT
   * (after), UNAVAILABLE.
   */
  of(userId: bigint, page: ListRequest): Promise<Listed<{ readonly group: OverseenGroup }>>;
  /** Lists the members of a group in the order they joined; none once it is dissolved. Throws as `of` does. */
  members(group: OverseenGroup, page: ListRequest): Promise<Listed<{ readonly member: Membership }>>;
  /** Dissolves a group. Repeating it has no effect. Throws NOT_FOUND (groupId), CONFLICT (groupId: it is being imported), UNAVAILABLE. */
  dissolve(options: { readonly groupId: bigint }): Promise<Change<Pick<OverseenGroup, 'memberCount' | 'dissolvedAt'>>>;
  /**
   * Removes a group from the directory. Its owner and admins may list it again. Repeating it, or calling it for a dissolved group, has no
   * effect. Throws as `dissolve` does.
   */
  unlist(options: { readonly groupId: bigint }): Promise<Change<Pick<OverseenGroup, 'listed'>>>;
  /**
   * Removes a member. With `ban` they cannot come back; users who are not members can be banned too. When the last member is removed, the
   * group is dissolved. Repeating it has no effect. Throws NOT_FOUND (groupId; userId: never a member, or with `ban` no such user),
   * CONFLICT (groupId: it is dissolved or being imported; userId: the owner of a group with other members), UNAVAILABLE.
   */
  remove(options: { readonly groupId: bigint; readonly userId: bigint; readonly ban?: boolean | undefined }): Promise<Change<Part>>;
  /**
   * Makes a member the owner. The previous owner, if still a member, becomes an admin, or a member if there would be too many admins.
   * Repeating it has no effect. Throws NOT_FOUND (groupId; userId: not a member, or the account is erased), CONFLICT (groupId: it is
   * dissolved or being imported), UNAVAILABLE.
   */
  setOwner(options: { readonly groupId: bigint; readonly userId: bigint }): Promise<Change<Pick<OverseenGroup, 'ownerId'>>>;
}
