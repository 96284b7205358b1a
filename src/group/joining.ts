import type { Listed, ListRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';
import type { Conversation, Membership, MembershipRef } from './conversation.ts';

/** A user's request to join a group. */
export interface JoinRequest extends MembershipRef {
  /** A text from the requester. */
  readonly note: string | null;
  readonly createdAt: Date;
  /** False once it is declined. The requester is not told; for them it stays pending. */
  readonly open: boolean;
}

/** A valid invite. Everybody who has its code may join. */
export interface Invite {
  /** UUID text. */
  readonly id: string;
  readonly conversationId: bigint;
  /** 20 characters of base64url. */
  readonly code: string;
  readonly createdById: bigint;
  readonly createdAt: Date;
  /** null: never. */
  readonly expiresAt: Date | null;
  /** null: unlimited. */
  readonly usesLeft: number | null;
}

/** Identifies a group by its id or by the code of an invite. Exactly one of the two must be given. */
export interface GroupName {
  readonly groupId?: bigint | null | undefined;
  readonly code?: string | null | undefined;
}

/** The result of joining. Exactly one of the two is set. */
export interface JoinOutcome {
  readonly group: Conversation | null;
  /** Set if the request is pending. */
  readonly request: JoinRequest | null;
}

/** Reads a page of listed groups. Throws BAD_USER_INPUT (after). */
export type GroupsFound = (page: ListRequest) => Promise<Listed<{ readonly group: Conversation }>>;

/** How users join groups without being added. Refusals are thrown as ChatError. */
export interface Joining {
  /**
   * Joins a group, or requests to join if its joinPolicy is APPROVAL. If the viewer is a member or has a pending request already, that is
   * returned and nothing happens. Throws INVALID_INPUT (groupId: not exactly one of id and code is given; note), NOT_FOUND (groupId, code;
   * without field: the viewer's account is erased), FORBIDDEN (groupId, code: the viewer is banned), LIMIT_REACHED (groupId, code: the
   * group is full; without field: the viewer's groups or requests), RATE_LIMITED.
   */
  join(viewer: Viewer, options: GroupName & { readonly note?: string | null | undefined }): Promise<JoinOutcome>;
  /**
   * Answers a request. The requester is told only if it is accepted. `member` is null if it is declined. Throws NOT_FOUND (requestId),
   * FORBIDDEN, LIMIT_REACHED.
   */
  answer(
    viewer: Viewer,
    ref: MembershipRef,
    options: { readonly accept: boolean },
  ): Promise<{ readonly group: Conversation; readonly member: Membership | null }>;
  /** Cancels the viewer's own request. Repeating it has no effect. Throws NOT_FOUND (requestId), FORBIDDEN (another user's request). */
  cancel(viewer: Viewer, ref: MembershipRef): Promise<void>;
  /**
   * Creates an invite. Throws NOT_FOUND (groupId), FORBIDDEN, INVALID_INPUT (expiresAt: not in the future; maxUses: below 1), LIMIT_REACHED
   * (groupId).
   */
  createInvite(
    viewer: Viewer,
    options: { readonly groupId: bigint; readonly expiresAt?: Date | null | undefined; readonly maxUses?: number | null | undefined },
  ): Promise<Invite>;
  /** Revokes an invite, by UUID text. Repeating it has no effect. Throws NOT_FOUND (inviteId). */
  revokeInvite(viewer: Viewer, id: string): Promise<void>;
  /**
   * Returns the group that a user who is not a member may see, or null. Throws INVALID_INPUT (id: not exactly one of id and code is given),
   * RATE_LIMITED.
   */
  preview(viewer: Viewer, name: GroupName): Promise<Conversation | null>;
  /**
   * Finds listed groups. `search` matches the beginnings of words of their names, and the results are in the order of these words. If it is
   * absent or blank, all listed groups are found, newest first. Throws FORBIDDEN if config GROUP_DIRECTORY is off, RATE_LIMITED past config
   * SEARCHES_PER_MINUTE. Its pages throw BAD_USER_INPUT (search).
   */
  directory(viewer: Viewer, search: string | null | undefined): Promise<GroupsFound>;
  /** For each group, in order, whether the viewer is banned and would be told so when joining by its id. */
  areBanned(viewer: Viewer, groups: readonly Pick<Conversation, 'id' | 'joinPolicy'>[]): Promise<readonly boolean[]>;
  /** Lists a group's open requests, newest first. Does not check who may see them. Throws BAD_USER_INPUT (after). */
  requests(conversationId: bigint, page: ListRequest): Promise<Listed<{ readonly request: JoinRequest }>>;
  countRequests(conversationId: bigint): Promise<number>;
  /** Lists the requests that are pending for the viewer, newest first. Throws BAD_USER_INPUT (after). */
  ownRequests(viewer: Viewer, page: ListRequest): Promise<Listed<{ readonly request: JoinRequest }>>;
  countOwnRequests(viewer: Viewer): Promise<number>;
  /** Reads requests. Results are in the order of `refs`; null if none is pending for the requester. Does not check who may see them. */
  requestsByRefs(refs: readonly MembershipRef[]): Promise<readonly (JoinRequest | null)[]>;
  /**
   * Reads the valid invites of each group, newest first. Results are in the order of `conversationIds`. Does not check who may see them.
   */
  invites(conversationIds: readonly bigint[]): Promise<readonly (readonly Invite[])[]>;
  /** Reads invites. Results are in the order of `ids`; null if there is no valid invite. Does not check who may see them. */
  invitesByIds(ids: readonly string[]): Promise<readonly (Invite | null)[]>;
  /**
   * Cancels all pending requests of an erased account. If it runs again, it continues where it stopped. Throws UNAVAILABLE, or the reason
   * with which `signal` was aborted.
   */
  withdrawAll(userId: bigint, signal: AbortSignal): Promise<void>;
  /**
   * Tells users with pending requests to a dissolved group that these have ended, some at a time. Users who were told are not told again.
   * Throws UNAVAILABLE.
   */
  tellDissolved(options: { readonly groupId: bigint; readonly actorId: bigint | null }): Promise<void>;
}
