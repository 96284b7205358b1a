import type { EventStream } from '../event-stream.ts';
import type { Membership } from '../group/index.ts';
import type { Entry } from '../log/index.ts';
import type { Page } from '../page.ts';
import type { Viewer } from '../user/index.ts';
import type { EntryEvent, FeedEvent, KnownPosition, Position } from './event.ts';

/** Who watches an account. Called synchronously; must not throw. */
export interface AccountWatcher {
  /** The next entry, each once, in order; losses on the bus are repaired. */
  entry(event: EntryEvent): void;
  /** More was missed than is repaired: anything may have happened. */
  skipped(): void;
}

/** What a node's feed has to do at the moment. */
export interface FeedLoad {
  /** Subscriptions that are open. */
  readonly subscriptions: number;
  /** Of them, those that read what they missed from the log. */
  readonly catchingUp: number;
  /** Those that wait for their turn to. */
  readonly waiting: number;
}

/** The feed's face: live streams of this node. */
export interface Feed extends AsyncDisposable {
  /** What a position in any stream must name to be served. */
  readonly epoch: string;
  /** The head of every stream the viewer follows: the base for `events`. */
  positions(viewer: Viewer): Promise<readonly Position[]>;
  /**
   * All that the viewer follows, in one ordered subscription (the contract's `Subscription.events`). Nothing is open before its reader begins.
   * Ends when `signal` aborts: the pending next() rejects with the signal's reason. return() never waits for a pending next().
   * next() rejects with ChatError UNAVAILABLE where bus or database do not answer in time.
   */
  events(viewer: Viewer, options: { after?: readonly KnownPosition[] | undefined; signal: AbortSignal }): EventStream<FeedEvent>;
  /** One conversation, the same promises; removal ends it with ChatError NOT_FOUND, as does a conversation that is not the viewer's. */
  conversationEvents(
    viewer: Viewer,
    options: { conversationId: bigint; after?: number | undefined; epoch?: string | undefined; signal: AbortSignal },
  ): EventStream<FeedEvent>;
  /** Tells of an account's entries from here on, until what it resolves with is called. Throws ChatError UNAVAILABLE. */
  watchAccount(userId: bigint, watcher: AccountWatcher): Promise<() => void>;
  /**
   * Log entries past a position, in seq order, as the query `Conversation.events` hands them out: bounded by the viewer's access, and by the
   * conversation's lastSeq as it stood before that was read (`upTo`), for what came later may be past its end.
   */
  conversationEntries(
    access: Pick<Membership, 'conversationId' | 'fromSeq'>,
    options: { afterSeq: number; first: number; upTo: number },
  ): Promise<Page<Entry>>;
  /** The same of the viewer's account, for `Viewer.events`. */
  accountEntries(viewer: Viewer, options: { afterSeq: number; first: number }): Promise<Page<Entry>>;
  load(): FeedLoad;
}
