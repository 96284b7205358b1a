import type { Listed, ListRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';

/** One user's side of a contact. The other user has one, too. */
export interface Contact {
  readonly userId: bigint;
  readonly otherId: bigint;
  /** The user's name for the other, or null if they use the other's own name. */
  readonly alias: string | null;
  readonly since: Date;
}

/** Names one side of a contact, whether or not there is one. */
export interface ContactRef {
  readonly userId: bigint;
  readonly otherId: bigint;
}

/** A pending contact request. */
export interface ContactRequest {
  readonly fromId: bigint;
  readonly toId: bigint;
  readonly note: string | null;
  readonly createdAt: Date;
  /** The message that is sent in the sender's name once the request is accepted. Null if there is none, or it was sent. */
  readonly message: string | null;
}

/** Names a request. There is at most one from one user to another. */
export interface ContactRequestRef {
  readonly fromId: bigint;
  readonly toId: bigint;
}

/** The message that is sent once a request is accepted. */
export interface FirstMessage {
  readonly text: string;
  /** The same each time. 1 to 64 printable ASCII characters. */
  readonly clientMessageId: string;
  /** When the request was sent, which tells it from other requests between the two. */
  readonly askedAt: Date;
}

/** A request as one of the two users sees it. */
export interface ContactRequestView extends ContactRequestRef {
  readonly userId: bigint;
}

/** The direction of requests that a viewer asks for (schema: `enum RequestDirection`). */
export type RequestDirection = 'INCOMING' | 'OUTGOING';

/** The result of a request: it is pending, or the two are contacts because each has asked the other. */
export type Requested =
  | { readonly request: ContactRequest; readonly contact: null }
  | { readonly request: null; readonly contact: Contact };

/** Contacts and contact requests. Refusals are thrown as ChatError with `field` named from the options. */
export interface Contacts {
  /**
   * Asks a user to become a contact. A request that is already pending is returned unchanged. If the other user has asked the viewer, the
   * two are contacts at once. A request expires after some time. Throws INVALID_INPUT (userId for oneself; note; message), NOT_FOUND
   * (userId; without a field if the viewer's account is erased), CONFLICT (userId) if they are contacts already, BLOCKED (userId),
   * LIMIT_REACHED or RATE_LIMITED.
   */
  request(
    viewer: Viewer,
    options: { userId: bigint; note?: string | null | undefined; message?: string | null | undefined },
  ): Promise<Requested>;
  /** Withdraws the viewer's own request. Throws NOT_FOUND (requestId), or FORBIDDEN (requestId) for somebody else's. */
  cancel(viewer: Viewer, request: ContactRequestRef): Promise<void>;
  /**
   * Answers a request to the viewer. Returns the contact, or null if it is declined, which the sender does not learn. Throws the errors of
   * `cancel`.
   */
  answer(viewer: Viewer, request: ContactRequestRef, options: { accept: boolean }): Promise<Contact | null>;
  /** Changes the alias of a contact. If absent it stays, null clears it. Throws NOT_FOUND (contactId) or INVALID_INPUT (alias). */
  update(viewer: Viewer, contact: ContactRef, options: { alias?: string | null | undefined }): Promise<Contact>;
  /** Ends a contact for both sides. Throws NOT_FOUND (userId) if there never was one. */
  remove(viewer: Viewer, options: { userId: bigint }): Promise<void>;
  /** Ends an expired request. Has no effect if it has not expired, or ended otherwise. Throws UNAVAILABLE. */
  expire(request: ContactRequestRef): Promise<void>;
  /**
   * Returns the first message of an accepted request, which is sent in the name of the request's sender. Null if there is none left to
   * send.
   */
  firstMessage(request: ContactRequestRef): Promise<FirstMessage | null>;
  /** Deletes the first message after it was sent, unless there has been another request since. */
  clearFirstMessage(request: ContactRequestRef, first: Pick<FirstMessage, 'askedAt'>): Promise<void>;
  /** Lists the viewer's contacts. Throws BAD_USER_INPUT (after). */
  list(viewer: Viewer, page: ListRequest): Promise<Listed<{ readonly contact: Contact }>>;
  /** Lists the viewer's requests in one direction that are pending as the viewer sees them. Throws BAD_USER_INPUT (after). */
  requests(
    viewer: Viewer,
    page: ListRequest & { readonly direction: RequestDirection },
  ): Promise<Listed<{ readonly request: ContactRequest }>>;
  /** Counts the requests that `requests` lists. */
  countRequests(viewer: Viewer, direction: RequestDirection): Promise<number>;
  /**
   * Ends everything between an erased account and other users, some at a time. Throws UNAVAILABLE, or the reason of `signal` when that
   * aborts.
   */
  eraseAll(userId: bigint, signal: AbortSignal): Promise<void>;
  /** Returns contacts in the order of `refs`, null where there is none. Does not check who asks: only the user `userId` may see them. */
  byRefs(refs: readonly ContactRef[]): Promise<readonly (Contact | null)[]>;
  /** Returns requests that are pending as `userId` sees them, in the order of `views`. Null where there is none, or it is not theirs. */
  seenRequests(views: readonly ContactRequestView[]): Promise<readonly (ContactRequest | null)[]>;
}
