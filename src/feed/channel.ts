import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Entry, Hint, Log, LogPage } from '../log/index.ts';
import type { FeedEvent } from './event.ts';
import { createPageReader } from './page-reader.ts';
import { createRing, type Spare } from './ring.ts';

/** What is not logged, as those who listen are told of it. */
export type EphemeralEvent = Extract<FeedEvent, { readonly kind: 'receipt' | 'markers' }>;

/** Who hears a channel. Called synchronously; must not throw. */
export interface Listener {
  /** The next entry: seq follows the one before, or `lastSeq` when the listener joined. */
  entry(entry: Entry): void;
  /** All are given the very same object. */
  ephemeral?(event: EphemeralEvent): void;
  /** Ephemeral hints may have been lost just now. */
  missed?(): void;
  /** Entries up to `head` will not come here: the hole was too large, or trimmed. The next entry is head + 1. */
  skipped?(head: number): void;
}

/** A stream as this node hears it, whatever the number of listeners. */
export interface Channel {
  readonly streamId: bigint;
  /** Every listener has been given everything up to here. */
  lastSeq(): number;
  /** What follows `after`, up to lastSeq, if it is still in memory; null where it must be read from the log. */
  recent(after: number): readonly Entry[] | null;
  /**
   * A page of the log with what follows `after`, and perhaps what lies before that. Whoever needs the same gets the very same entries, those
   * in memory among them. `wanted`: a seq that the page must know of, being committed. Throws ChatError UNAVAILABLE.
   */
  read(after: number, wanted: number): Promise<LogPage>;
  join(listener: Listener): void;
  leave(listener: Listener): void;
}

/** The channel's other side, which feeds it. */
export interface ChannelSource extends Channel {
  /** Sets where the channel stands; hints that came before are caught up with. */
  start(head: number): void;
  receive(hint: Hint): void;
  /** The stream reaches at least this far: whatever is missing is read from the log. */
  reaches(seq: number): void;
  /** Ephemeral hints may have been lost. */
  gap(): void;
  /** Keeps no more in memory than usual, however many caught up of late. */
  narrow(): void;
  close(): void;
}

/** What a channel is made of. */
export interface ChannelParts {
  readonly log: Log;
  readonly logger: Logger;
  readonly maxGap: number;
  /** The node's clock. */
  readonly now: () => Date;
  readonly spare: Spare;
}

// Entries read at once: what a subscription that catches up may hold beyond its queue.
const page = 200;
// A database that is away is asked again after 0.1 s, then ever later, at most every 2 s.
const firstRetryMs = 100;
const lastRetryMs = 2_000;

/**
 * Turns the hints of one stream into its entries, each once and in order: the next seq is delivered, an older one dropped, and a newer one
 * means a hole, which is read from the log. Between a hole and its repair nothing is delivered, so order never breaks.
 */
export function createChannel(streamId: bigint, { log, logger, maxGap, now, spare }: ChannelParts): ChannelSource {
  // Gone through as it is: one that joins or leaves meanwhile is no harm, for it is not live or not there.
  const listeners = new Set<Listener>();
  const ring = createRing(spare);
  const read = createPageReader({ read: readLog, size: page });
  let lastSeq = -1;
  let seenSeq = -1;
  let repairing = false;
  let closed = false;

  function deliver(entry: Entry): void {
    lastSeq = entry.seq;
    ring.push(entry);
    for (const listener of listeners) listener.entry(entry);
  }

  function receive(hint: Hint): void {
    if (closed) return;
    if (hint.kind !== 'entry') {
      const event: EphemeralEvent = { ...hint, at: now() };
      for (const listener of listeners) listener.ephemeral?.(event);
    } else if (lastSeq >= 0 && hint.entry.seq === lastSeq + 1) {
      deliver(hint.entry);
    } else {
      reaches(hint.entry.seq);
    }
  }

  function reaches(seq: number): void {
    seenSeq = Math.max(seenSeq, seq);
    if (!closed && !repairing && lastSeq >= 0 && seenSeq > lastSeq) void repair();
  }

  async function repair(): Promise<void> {
    repairing = true;
    for (let retryMs = firstRetryMs; !closed && lastSeq < seenSeq; ) {
      try {
        await readHole();
        retryMs = firstRetryMs;
      } catch (error) {
        logger.warn({ err: error, streamId: String(streamId), lastSeq, seenSeq }, 'a hole could not be read; it is tried again');
        await delay(retryMs * (0.5 + Math.random()), undefined, { ref: false });
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
    repairing = false;
    if (!closed) for (const listener of listeners) listener.missed?.();
  }

  async function readLog(after: number): Promise<LogPage> {
    const found = await log.read(streamId, { after, limit: page });
    if (closed) return found;
    // What is made of an entry is made once for all who hold the same object.
    const entries = found.entries.map((entry) => ring.at(entry.seq) ?? entry);
    // Those who come next, from about the same place, find it in memory. Below the floor there may be holes.
    if (after >= found.floor) ring.precede(entries, lastSeq);
    return { ...found, entries };
  }

  async function readHole(): Promise<void> {
    const { entries, head, floor } = await read(lastSeq, seenSeq);
    if (closed) return;
    if (lastSeq < floor || head - lastSeq > maxGap) return skipTo(head);
    for (const entry of entries) if (entry.seq === lastSeq + 1) deliver(entry);
    // A hint past the log's own head came from elsewhere, such as a database that was set back: the log is right.
    if (head <= lastSeq) seenSeq = lastSeq;
  }

  function skipTo(head: number): void {
    lastSeq = head;
    ring.clear();
    for (const listener of listeners) listener.skipped?.(head);
  }

  return {
    streamId,
    lastSeq: () => lastSeq,
    read,
    recent: (after) => (after === lastSeq ? [] : ring.after(after)),
    join: (listener) => void listeners.add(listener),
    leave: (listener) => void listeners.delete(listener),
    start(head) {
      lastSeq = head;
      reaches(head);
    },
    receive,
    reaches,
    gap() {
      for (const listener of listeners) listener.missed?.();
    },
    narrow: ring.narrow,
    close() {
      closed = true;
      listeners.clear();
    },
  };
}
