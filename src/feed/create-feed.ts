import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { EventStream } from '../event-stream.ts';
import { type Entry, type Log, seenFrom } from '../log/index.ts';
import type { Page } from '../page.ts';
import { together } from '../together.ts';
import type { Tracer } from '../tracer.ts';
import type { Viewer } from '../user/index.ts';
import { createUserTotals } from '../user-totals.ts';
import { createAdmission } from './admission.ts';
import { createChannels } from './channels.ts';
import { createConversationSubscription } from './conversation-subscription.ts';
import type { FeedEvent, Position } from './event.ts';
import type { Feed } from './feed.ts';
import { Outlet } from './outlet.ts';
import type { FeedParts } from './parts.ts';
import { readSnapshot } from './snapshot.ts';
import { type Subscription, ViewerSubscription } from './subscription.ts';

interface Parts {
  readonly db: Db;
  readonly log: Log;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly config: Pick<
    Config,
    'headCheckMs' | 'maxGap' | 'typingMs' | 'maxReplay' | 'maxPositions' | 'maxFollowed' | 'subscriptionQueue' | 'catchUps' | 'catchUpQueue'
  >;
  /**
   * Called with entries before they are delivered, as often as they are delivered: cached data may be older than they are. Must not throw.
   */
  readonly onHeard?: ((entries: readonly Entry[]) => void) | undefined;
  /** If absent, nothing is traced. */
  readonly tracer?: Tracer;
  /** The node's clock. */
  readonly now?: () => Date;
}

// As many pages of logs as a page of conversations has.
const pagesAtOnce = 100;

interface EntryRange {
  /** The first seq that the viewer may read. */
  readonly fromSeq: number;
  readonly afterSeq: number;
  readonly first: number;
  /** Nothing past this seq is read. */
  readonly upTo?: number;
}

/** Wraps the log so that `onHeard` is called with the entries that are read. */
function hearing(log: Log, onHeard: NonNullable<Parts['onHeard']>): Log {
  return {
    ...log,
    async read(streamId, range) {
      const page = await log.read(streamId, range);
      onHeard(page.entries);
      return page;
    },
    async readAll(ranges) {
      const pages = await log.readAll(ranges);
      for (const { entries } of pages) onHeard(entries);
      return pages;
    },
  };
}

/** Creates the feed of a node. */
export function createFeed({ db, log: stored, bus, logger, config, onHeard, tracer, now = () => new Date() }: Parts): Feed {
  const { headCheckMs, maxGap, maxReplay, maxPositions, maxFollowed, subscriptionQueue: capacity, catchUps, catchUpQueue } = config;
  const log = onHeard === undefined ? stored : hearing(stored, onHeard);
  // A setting that may change while nodes run, so it is read at each use.
  const typingMs = () => config.typingMs;
  const channels = createChannels({ log, bus, logger, headCheckMs, maxGap, typingMs, now, onHeard, tracer });
  const admission = createAdmission({ atOnce: catchUps, queue: catchUpQueue });
  // The first subscription follows any number of conversations: bots can be in any number of groups.
  const followed = createUserTotals({
    most: maxFollowed,
    refusal: `All your subscriptions together can follow at most ${maxFollowed} conversations on a node. End one before you open another.`,
  });
  const parts: FeedParts = { db, log, channels, admission, followed, logger, now, maxGap, maxReplay };
  const outlets = new Set<Outlet>();
  const page = together(log.readAll, {
    atOnce: pagesAtOnce,
    name: ({ streamId, after, limit, upTo }) => [streamId, after, limit, upTo].join(),
  });

  /** Makes an event stream. Its subscription opens when its reader begins, and closes however the stream ends. */
  function pour(signal: AbortSignal, make: (outlet: Outlet) => Subscription): EventStream<FeedEvent> {
    const outlet: Outlet = new Outlet({
      capacity,
      signal,
      onStart() {
        outlets.add(outlet);
        void subscription.open().catch((error: unknown) => outlet.fail(error));
      },
      onEnd() {
        outlets.delete(outlet);
        subscription.close();
      },
    });
    const subscription: Subscription = make(outlet);
    return outlet;
  }

  async function positions(viewer: Viewer): Promise<readonly Position[]> {
    const { account, conversations, server, epoch } = await readSnapshot(db, viewer.userId);
    return [
      { streamId: viewer.userId, seq: account.lastSeq, epoch },
      ...[...conversations, server].map(({ streamId, lastSeq }) => ({ streamId, seq: lastSeq, epoch })),
    ];
  }

  async function entries(streamId: bigint, range: EntryRange): Promise<Page<Entry>> {
    const { fromSeq, afterSeq, first, upTo } = range;
    const after = Math.max(afterSeq, fromSeq - 1);
    const { entries: items, head: last, floor } = await page({ streamId, after, limit: first, upTo });
    // Otherwise a place further below the floor than a page is long would look like the end of the stream.
    if (floor > after) return entries(streamId, { ...range, afterSeq: floor });
    const head = Math.min(last, upTo ?? last);
    const hasPreviousPage = Math.min(after, head) >= Math.max(fromSeq, floor + 1);
    const seen = items.map((entry) => seenFrom(entry, fromSeq));
    return { items: seen, hasNextPage: (items.at(-1)?.seq ?? head) < head, hasPreviousPage };
  }

  return {
    epoch: db.epoch,
    positions,
    events(viewer, { after = [], signal }) {
      if (after.length > maxPositions)
        throw new ChatError('BAD_USER_INPUT', `A subscription takes at most ${maxPositions} positions.`, { field: ['after'] });
      return pour(signal, (outlet) => new ViewerSubscription({ feed: parts, viewer, after, outlet }));
    },
    conversationEvents(viewer, { conversationId, after, epoch, signal }) {
      const known = after === undefined ? undefined : { seq: after, epoch };
      return pour(signal, (outlet) => createConversationSubscription({ ...parts, viewer, conversationId, known, outlet }));
    },
    async watchAccount(userId, watcher) {
      const [held] = await channels.hold([userId]);
      if (held === undefined) throw new ChatError('UNAVAILABLE', 'The subscription could not be opened. Try again.');
      held.channel.join(watcher);
      return () => {
        held.channel.leave(watcher);
        held.release();
      };
    },
    conversationEntries: ({ conversationId, fromSeq }, range) => entries(conversationId, { fromSeq, ...range }),
    accountEntries: (viewer, range) => entries(viewer.userId, { fromSeq: 1, ...range }),
    load() {
      const { taken, waiting } = admission.load();
      return { subscriptions: outlets.size, catchingUp: taken, waiting };
    },
    async [Symbol.asyncDispose]() {
      const stopping = new ChatError('UNAVAILABLE', 'This node is shutting down. Subscribe again with your positions.');
      for (const outlet of [...outlets]) outlet.fail(stopping);
      await channels[Symbol.asyncDispose]();
    },
  };
}
