import type { ChatError } from '../errors.ts';
import type { Listed, ListRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';

/** A notice as its recipients see it. */
export interface Notice {
  /** A UUID as text. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly postedAt: Date;
}

/** The states of a notice (admin schema: `enum NoticeState`). */
export const noticeStates = ['SCHEDULED', 'POSTED', 'REVOKED'] as const;
export type NoticeState = (typeof noticeStates)[number];

/** The audiences of a notice (admin schema: `enum NoticeAudience`). */
export const noticeAudiences = ['ALL', 'SOME'] as const;
export type NoticeAudience = (typeof noticeAudiences)[number];

/** A notice as operators see it. */
export interface PostedNotice extends Omit<Notice, 'postedAt'> {
  readonly audience: NoticeAudience;
  readonly state: NoticeState;
  /** The admin who created it; null: the command line. */
  readonly createdById: bigint | null;
  readonly createdAt: Date;
  /** When it is to be posted. */
  readonly postAt: Date;
  /** When it was posted; null if it has not been. */
  readonly postedAt: Date | null;
  readonly revokedAt: Date | null;
}

/**
 * The number of recipients of a notice to some, without those whose account is gone, and the number of accounts to which it was delivered.
 */
export interface NoticeReach {
  readonly recipients: number;
  readonly handedOn: number;
}

/** A recipient of a notice, by id or handle. */
export type Recipient = { readonly userId: bigint } | { readonly handle: string };

/** A notice to post. */
export interface NewNotice {
  /** A single line of 1 to 200 characters. */
  readonly title: string;
  /** 1 to 8,000 characters. */
  readonly body: string;
  /** 1 to 1,000 recipients, or all users. */
  readonly to: 'ALL' | readonly Recipient[];
  /** When to post it, at most a year from now. Null or a past time: at once. */
  readonly at?: Date | null | undefined;
  /**
   * Makes retries safe: the same notice by the same creator under the same id is created once. A retry may name the recipients in another
   * order, and may name some whose account has been erased since.
   */
  readonly clientNoticeId?: string | null | undefined;
}

/** The result of posting: the notice, or null with an error for each recipient who cannot get it, whose field is ['to', index]. */
export type Posting =
  | { readonly notice: PostedNotice; readonly errors: readonly [] }
  | { readonly notice: null; readonly errors: readonly ChatError[] };

/** The interface of the module. Refusals are thrown as ChatError. */
export interface Notices {
  /** Returns the posted notices to the viewer, and those to all since they signed up. By time of posting, newest first. */
  list(viewer: Viewer, page: ListRequest): Promise<Listed<{ readonly notice: Notice }>>;
  /** Returns a notice that `list` shows; null for any other. */
  byId(viewer: Viewer, id: string): Promise<Notice | null>;
  /**
   * Returns posted notices, in the order asked for; null if the notice is not posted, or revoked. Does not check who its recipients are.
   */
  byIds(ids: readonly string[]): Promise<readonly (Notice | null)[]>;
  /**
   * Posts a notice, or schedules it: for all recipients, or, if one cannot get it, for none. `actorId` is the admin; null: the command
   * line. Throws INVALID_INPUT (title, body, to, at, clientNoticeId), and CONFLICT (clientNoticeId) if a notice with another title, body or
   * time, or to others, was created under that id.
   */
  post(actorId: bigint | null, notice: NewNotice): Promise<Posting>;
  /** Revokes a notice, posted or not. Repeating it has no effect. Throws NOT_FOUND (id). */
  revoke(id: string): Promise<PostedNotice>;
  /** Returns all notices ever created, newest first. `after` is an id. */
  all(page: ListRequest): Promise<Listed<{ readonly notice: PostedNotice }>>;
  /** Returns how far notices have been delivered, in the order asked for; null for notices to all. */
  reach(notices: readonly PostedNotice[]): Promise<readonly (NoticeReach | null)[]>;
  /**
   * Posts a notice whose time has come, and delivers it to its recipients. Idempotent: a second run continues where the first stopped.
   * Throws UNAVAILABLE, or the abort reason of `signal`.
   */
  due(ref: { readonly noticeId: string }, signal: AbortSignal): Promise<void>;
  /** Tells the users who got a notice that it is revoked. Idempotent, and throws, like `due`. */
  tellRevoked(ref: { readonly noticeId: string }, signal: AbortSignal): Promise<void>;
  /** Deletes what says which notices an erased account got. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
