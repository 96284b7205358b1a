import type { EventStream } from '../event-stream.ts';
import type { Membership } from '../group/index.ts';
import type { Entry } from '../log/index.ts';
import type { Page } from '../page.ts';
import type { Viewer } from '../user/index.ts';
import type { EntryEvent, FeedEvent, KnownPosition, Position } from './event.ts';

/** Watches the entries of an account. Its methods are called synchronously and must not throw. */
export interface AccountWatcher {
  /** Delivers the next entry. Each comes once and in order, also after hints were lost. */
  entry(event: EntryEvent): void;
  /** More entries were missed than are read again, so anything may have happened to the account. */
  skipped(): void;
}

/** The current load of a node's feed. */
export interface FeedLoad {
  /** Open subscriptions. */
  readonly subscriptions: number;
  /** Subscriptions that are reading missed entries from the log. */
  readonly catchingUp: number;
  /** Subscriptions that wait for their turn to do so. */
  readonly waiting: number;
}

/** The live streams of this node. */
export interface Feed extends AsyncDisposable {
  /** The epoch of the database. A position with another epoch is not served. */
  readonly epoch: string;
  /** Returns the head of every stream that the viewer follows: the positions to pass to `events`. Throws ChatError UNAVAILABLE. */
  positions(viewer: Viewer): Promise<readonly Position[]>;
  /**
   * Subscribes to everything that the viewer follows (`Subscription.events` of the schema). Nothing is opened before the reader begins.
   *
   * Ends when `signal` aborts: the pending next() rejects with the signal's reason. return() never waits for a pending next(). next()
   * rejects with ChatError UNAVAILABLE if the bus or the database does not answer in time. Throws ChatError BAD_USER_INPUT if there are too
   * many positions.
   */
  events(viewer: Viewer, options: { after?: readonly KnownPosition[] | undefined; signal: AbortSignal }): EventStream<FeedEvent>;
  /**
   * Subscribes to one conversation, with the same promises. Ends with ChatError NOT_FOUND if the viewer is not a member, or no longer one.
   */
  conversationEvents(
    viewer: Viewer,
    options: { conversationId: bigint; after?: number | undefined; epoch?: string | undefined; signal: AbortSignal },
  ): EventStream<FeedEvent>;
  /** Delivers an account's entries from now on, until the function that it resolves with is called. Throws ChatError UNAVAILABLE. */
  watchAccount(userId: bigint, watcher: AccountWatcher): Promise<() => void>;
  /**
   * Reads log entries after a position in seq order, for the query `Conversation.events`. The page is bounded by the viewer's access, and
   * by `upTo`, the conversation's lastSeq from before the access was read: later entries may be past the end of the access. Throws
   * ChatError UNAVAILABLE.
   */
  conversationEntries(
    access: Pick<Membership, 'conversationId' | 'fromSeq'>,
    options: { afterSeq: number; first: number; upTo: number },
  ): Promise<Page<Entry>>;
  /** Reads the entries of the viewer's account, for `Viewer.events`. Throws ChatError UNAVAILABLE. */
  accountEntries(viewer: Viewer, options: { afterSeq: number; first: number }): Promise<Page<Entry>>;
  load(): FeedLoad;
}
