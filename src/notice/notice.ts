import type { ChatError } from '../errors.ts';
import type { Viewer } from '../user/index.ts';

/** A notice, as whom it is for sees it. */
export interface Notice {
  /** UUID text. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly postedAt: Date;
}

/** How a notice stands (admin schema: `enum NoticeState`). */
export const noticeStates = ['SCHEDULED', 'POSTED', 'REVOKED'] as const;
export type NoticeState = (typeof noticeStates)[number];

/** Whom a notice is for (admin schema: `enum NoticeAudience`). */
export const noticeAudiences = ['ALL', 'SOME'] as const;
export type NoticeAudience = (typeof noticeAudiences)[number];

/** A notice, as those who post them see it. */
export interface PostedNotice extends Omit<Notice, 'postedAt'> {
  readonly audience: NoticeAudience;
  readonly state: NoticeState;
  /** Who made it; null: the command line. */
  readonly createdById: bigint | null;
  readonly createdAt: Date;
  /** When it is to be posted. */
  readonly postAt: Date;
  /** When it was; null: never so far. */
  readonly postedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** How many a notice to some is for, of those who are still there, and on how many accounts it stands or stood. */
export interface NoticeReach {
  readonly recipients: number;
  readonly handedOn: number;
}

/** Somebody a notice is for. */
export type Recipient = { readonly userId: bigint } | { readonly handle: string };

/** What is to be posted. */
export interface NewNotice {
  /** A line of 1 to 200 characters. */
  readonly title: string;
  /** 1 to 8,000 characters. */
  readonly body: string;
  /** 1 to 1,000, or everybody. */
  readonly to: 'ALL' | readonly Recipient[];
  /** Null, or a time that is over: at once. At most a year from now. */
  readonly at?: Date | null | undefined;
  /** The same from the same maker is one notice. */
  readonly clientNoticeId?: string | null | undefined;
}

/** What came of it: the notice; or null and, of each recipient who cannot have it, why, with field ['to', index]. */
export type Posting =
  | { readonly notice: PostedNotice; readonly errors: readonly [] }
  | { readonly notice: null; readonly errors: readonly ChatError[] };

/** A part of a list, newest first; `key` is an item's place in it. */
export interface NoticePage<T> {
  readonly items: readonly { readonly notice: T; readonly key: string }[];
  readonly hasNextPage: boolean;
}

/** The module's face. Refusals are thrown as ChatError. */
export interface Notices {
  /** What is posted, to all since the viewer signed up, and to them; by time of posting, newest first. */
  list(viewer: Viewer, page: { readonly first: number; readonly after?: string | undefined }): Promise<NoticePage<Notice>>;
  /** One that `list` shows; null for any other. */
  byId(viewer: Viewer, id: string): Promise<Notice | null>;
  /** What is posted, in the order asked for; null: taken back, or never was. Does not ask whom they are for. */
  byIds(ids: readonly string[]): Promise<readonly (Notice | null)[]>;
  /**
   * Posts a notice, or leaves it until its time: to all whom it names, or to nobody. `actorId`: who does; null: the command line. Throws INVALID_INPUT
   * (title, body, to, at, clientNoticeId) and CONFLICT (clientNoticeId), where another notice was made under it.
   */
  post(actorId: bigint | null, notice: NewNotice): Promise<Posting>;
  /** Takes a notice back, whether it was posted or not; done again, it stands so already. Throws NOT_FOUND (id). */
  revoke(id: string): Promise<PostedNotice>;
  /** All that were ever made, the newest first; `after`: an id. */
  all(page: { readonly first: number; readonly after?: string | undefined }): Promise<NoticePage<PostedNotice>>;
  /** How far notices have come, in the order asked for; null for those to all. */
  reach(notices: readonly PostedNotice[]): Promise<readonly (NoticeReach | null)[]>;
  /** Posts a notice whose time has come, and hands it on. Done again, it goes on where it was left. Throws UNAVAILABLE, or what `signal` was aborted with. */
  due(ref: { readonly noticeId: string }, signal: AbortSignal): Promise<void>;
  /** Tells those who had a notice that it was taken back. The same. */
  tellRevoked(ref: { readonly noticeId: string }, signal: AbortSignal): Promise<void>;
  /** Leaves nothing that says what an erased account was told. Throws UNAVAILABLE. */
  eraseAll(userId: bigint): Promise<void>;
}
