import type { Viewer } from './user.ts';

/** What a user has of a contact. The other side has one of its own. */
export interface Contact {
  readonly userId: bigint;
  readonly otherId: bigint;
  /** What the user calls the other; null: by their own name. */
  readonly alias: string | null;
  readonly since: Date;
}

/** Names one side of a contact, whether there is one or not. */
export interface ContactRef {
  readonly userId: bigint;
  readonly otherId: bigint;
}

/** A request to become a contact that waits for an answer. */
export interface ContactRequest {
  readonly fromId: bigint;
  readonly toId: bigint;
  readonly note: string | null;
  readonly createdAt: Date;
  /** What who asks says first, once it is accepted; null: nothing, or it has been said. */
  readonly message: string | null;
}

/** Names a request: there is one at most from one user to another. */
export interface ContactRequestRef {
  readonly fromId: bigint;
  readonly toId: bigint;
}

/** What somebody says with a request, once it is accepted. */
export interface FirstMessage {
  readonly text: string;
  /** The same each time it is asked for: 1 to 64 printable ASCII characters. */
  readonly clientMessageId: string;
  /** When the request was made: another one of the two has another. */
  readonly askedAt: Date;
}

/** A request as one of the two sees it. */
export interface ContactRequestView extends ContactRequestRef {
  readonly userId: bigint;
}

/** Which of a viewer's requests (schema: `enum RequestDirection`). */
export type RequestDirection = 'INCOMING' | 'OUTGOING';

/** What a request came to: it waits, or the two are contacts because each has asked the other. */
export type Requested =
  | { readonly request: ContactRequest; readonly contact: null }
  | { readonly request: null; readonly contact: Contact };

/** Part of a list, newest first. Keys are opaque text. */
export interface ContactPage<T> {
  readonly items: readonly (T & { readonly key: string })[];
  readonly hasNextPage: boolean;
}

/** How much of a list, after which key. */
export interface ContactPageRequest {
  readonly first: number;
  readonly after?: string | undefined;
}

/** Who knows whom. Refusals are thrown as ChatError with `field` named from the options. */
export interface Contacts {
  /**
   * Asks a user to become a contact; a request that waits already is answered as it stands. Where the other has asked the viewer, they are
   * contacts at once. It ends by itself some time later. Throws INVALID_INPUT (userId: oneself; note; message), NOT_FOUND (userId), CONFLICT (userId: a
   * contact already), BLOCKED (userId), LIMIT_REACHED, RATE_LIMITED.
   */
  request(
    viewer: Viewer,
    options: { userId: bigint; note?: string | null | undefined; message?: string | null | undefined },
  ): Promise<Requested>;
  /** Takes the viewer's own request back. Throws NOT_FOUND (requestId), FORBIDDEN (requestId: somebody else's). */
  cancel(viewer: Viewer, request: ContactRequestRef): Promise<void>;
  /** Answers a request to the viewer: the contact, or null where it is declined, of which the asker hears nothing. Throws as cancel does. */
  answer(viewer: Viewer, request: ContactRequestRef, options: { accept: boolean }): Promise<Contact | null>;
  /** Absent leaves the alias as it is, null clears it. Throws NOT_FOUND (contactId), INVALID_INPUT (alias). */
  update(viewer: Viewer, contact: ContactRef, options: { alias?: string | null | undefined }): Promise<Contact>;
  /** Ends a contact for both sides. Throws NOT_FOUND (userId) where there never was one. */
  remove(viewer: Viewer, options: { userId: bigint }): Promise<void>;
  /** Ends a request whose time is over; answers nothing where it is not, or has ended otherwise. Throws UNAVAILABLE. */
  expire(request: ContactRequestRef): Promise<void>;
  /** What is to be said first, in the name of who asked, of a request that was accepted; null: nothing is left to say. */
  firstMessage(request: ContactRequestRef): Promise<FirstMessage | null>;
  /** It has been said: its text is kept no longer here, unless another request has come since. */
  firstMessageSaid(request: ContactRequestRef, first: Pick<FirstMessage, 'askedAt'>): Promise<void>;
  /** The viewer's contacts. Throws BAD_USER_INPUT (after). */
  list(viewer: Viewer, page: ContactPageRequest): Promise<ContactPage<{ readonly contact: Contact }>>;
  /** The viewer's requests one way that wait, in their eyes. Throws BAD_USER_INPUT (after). */
  requests(
    viewer: Viewer,
    page: ContactPageRequest & { readonly direction: RequestDirection },
  ): Promise<ContactPage<{ readonly request: ContactRequest }>>;
  /** How many they are. */
  countRequests(viewer: Viewer, direction: RequestDirection): Promise<number>;
  /** Ends all that an erased account has with others, some at a time. Throws UNAVAILABLE, or what `signal` was aborted with. */
  eraseAll(userId: bigint, signal: AbortSignal): Promise<void>;
  /** Contacts in the order asked for; null where there is none. Does not ask who may see them: only `userId` may. */
  byRefs(refs: readonly ContactRef[]): Promise<readonly (Contact | null)[]>;
  /** Requests that wait in the eyes of `userId`, in the order asked for; null where there is none, or it is not theirs. */
  seenRequests(views: readonly ContactRequestView[]): Promise<readonly (ContactRequest | null)[]>;
}
