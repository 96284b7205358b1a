import type { Viewer } from '../user/index.ts';
import type { Conversation, Membership, MembershipRef } from './conversation.ts';

/** Somebody wishes to join a group, and waits for an answer. */
export interface JoinRequest extends MembershipRef {
  /** What they say with it. */
  readonly note: string | null;
  readonly createdAt: Date;
  /** False once it was declined, of which who asked is not told: in their eyes it goes on to wait. */
  readonly open: boolean;
}

/** An invitation that is good: whoever has its code may join. */
export interface Invite {
  /** UUID text. */
  readonly id: string;
  readonly conversationId: bigint;
  /** 20 characters of base64url. */
  readonly code: string;
  readonly createdById: bigint;
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  /** Null: any number. */
  readonly usesLeft: number | null;
}

/** Names a group: by its id or by the code of an invitation, exactly one of the two. */
export interface GroupName {
  readonly groupId?: bigint | null | undefined;
  readonly code?: string | null | undefined;
}

/** What came of a wish to join: one of the two. */
export interface JoinOutcome {
  readonly group: Conversation | null;
  /** It waits. */
  readonly request: JoinRequest | null;
}

/** Part of a list, after an opaque key. */
export interface RequestPage {
  readonly first: number;
  readonly after?: string | undefined;
}

/** Requests on a page, each with its key. */
export interface RequestsListed {
  readonly items: readonly { readonly request: JoinRequest; readonly key: string }[];
  readonly hasNextPage: boolean;
}

/** Reads groups that are listed, each with its key: part of what was asked for. Throws BAD_USER_INPUT (after). */
export type GroupsFound = (page: RequestPage) => Promise<{
  readonly items: readonly { readonly group: Conversation; readonly key: string }[];
  readonly hasNextPage: boolean;
}>;

/** How people come into groups by themselves. Refusals are thrown as ChatError. */
export interface Joining {
  /**
   * Joins, or asks to where the group wants to be asked; whoever is in it or has asked already is answered that, and nothing happens. Throws INVALID_INPUT (groupId:
   * not exactly one is named; note), NOT_FOUND (groupId, code), FORBIDDEN (the same: banned), LIMIT_REACHED (the same: the group is full; or without field: the
   * viewer's groups or requests), RATE_LIMITED.
   */
  join(viewer: Viewer, options: GroupName & { readonly note?: string | null | undefined }): Promise<JoinOutcome>;
  /** Answers a request; who asked is told of a yes only. The member is null where it was declined. Throws NOT_FOUND (requestId), FORBIDDEN, LIMIT_REACHED. */
  answer(
    viewer: Viewer,
    ref: MembershipRef,
    options: { readonly accept: boolean },
  ): Promise<{ readonly group: Conversation; readonly member: Membership | null }>;
  /** Takes the viewer's own request back; again is no error. Throws NOT_FOUND (requestId), FORBIDDEN (somebody else's). */
  cancel(viewer: Viewer, ref: MembershipRef): Promise<void>;
  /** Throws NOT_FOUND (groupId), FORBIDDEN, INVALID_INPUT (expiresAt: not later than now; maxUses: below 1), LIMIT_REACHED (groupId). */
  createInvite(
    viewer: Viewer,
    options: { readonly groupId: bigint; readonly expiresAt?: Date | null | undefined; readonly maxUses?: number | null | undefined },
  ): Promise<Invite>;
  /** By UUID text; again is no error. Throws NOT_FOUND (inviteId), FORBIDDEN. */
  revokeInvite(viewer: Viewer, id: string): Promise<void>;
  /** What somebody outside may know of a group; null where that is nothing. Throws INVALID_INPUT (id: not exactly one is named), RATE_LIMITED. */
  preview(viewer: Viewer, name: GroupName): Promise<Conversation | null>;
  /**
   * What anybody may find: groups of whose name the beginnings of words are `search`, in the order of those words; all that are listed, made last first, where it is
   * absent or blank. Throws FORBIDDEN where config GROUP_DIRECTORY is off, RATE_LIMITED past config SEARCHES_PER_MINUTE.
   */
  directory(viewer: Viewer, search: string | null | undefined): Promise<GroupsFound>;
  /** Of each group, in order, whether the viewer is kept from coming in and would be told so who names it by its id. */
  areBanned(viewer: Viewer, groups: readonly Pick<Conversation, 'id' | 'joinPolicy'>[]): Promise<readonly boolean[]>;
  /** Those that wait in a group, newest first. Does not ask who may see them. Throws BAD_USER_INPUT (after). */
  requests(conversationId: bigint, page: RequestPage): Promise<RequestsListed>;
  countRequests(conversationId: bigint): Promise<number>;
  /** Those of the viewer that wait in their eyes, newest first. Throws BAD_USER_INPUT (after). */
  ownRequests(viewer: Viewer, page: RequestPage): Promise<RequestsListed>;
  countOwnRequests(viewer: Viewer): Promise<number>;
  /** In the order asked for; null where none waits in the eyes of who asked. Does not ask who may see them. */
  requestsByRefs(refs: readonly MembershipRef[]): Promise<readonly (JoinRequest | null)[]>;
  /** Those of each group that are good, newest first, in the order asked for. Does not ask who may see them. */
  invites(conversationIds: readonly bigint[]): Promise<readonly (readonly Invite[])[]>;
  /** In the order asked for; null where there is none that is good. Does not ask who may see them. */
  invitesByIds(ids: readonly string[]): Promise<readonly (Invite | null)[]>;
  /** Takes back all that an erased account asked for; done again, it goes on where it was. Throws UNAVAILABLE, or what `signal` was aborted with. */
  withdrawAll(userId: bigint, signal: AbortSignal): Promise<void>;
  /** Tells those who ask to join a dissolved group, some at a time; those who were told are not told again. Throws UNAVAILABLE. */
  tellDissolved(options: { readonly groupId: bigint; readonly actorId: bigint | null }): Promise<void>;
}
