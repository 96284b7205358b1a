import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { KnownHead } from '../db/index.ts';
import { type Entry, type Ephemeral, type Hint, type KnownEntry, type Log, type LogPage, recalledMessage } from '../log/index.ts';
import type { Tracer } from '../tracer.ts';
import { tellWith } from './along.ts';
import { type EntryEvent, eventOf, type FeedEvent } from './event.ts';
import { createPageReader, type PageReader } from './page-reader.ts';
import { createRing, type Ring, type Spare } from './ring.ts';
import { type HeardSignal, Signals } from './signals.ts';
import { Typists } from './typists.ts';

/** What is not logged, as those who listen are told of it. */
export type EphemeralEvent = Ephemeral & Extract<FeedEvent, { readonly kind: 'receipt' | 'markers' | 'typing' | 'signal' }>;

/** Who hears a channel. Called synchronously; must not throw. */
export interface Listener {
  /** The next entry: seq follows the one before, or `lastSeq` when the listener joined. True: it is put in line for a client. */
  entry(event: EntryEvent): unknown;
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

/** What all channels of a node share. */
export interface ChannelParts {
  readonly log: Log;
  readonly logger: Logger;
  readonly maxGap: number;
  /** Who typed is not typing any more after so many ms. */
  readonly typingMs: () => number;
  /** The node's clock. */
  readonly now: () => Date;
  readonly spare: Spare;
  /** Called with entries before anybody is told of them. Must not throw. */
  readonly onHeard?: ((entries: readonly Entry[]) => void) | undefined;
  readonly tracer: Tracer;
}

// Entries read at once: what a subscription that catches up may hold beyond its queue.
const page = 200;
// A hole that cannot be read (database away) is tried again after 0.1 s, then ever later, at most every 2 s.
const firstRetryMs = 100;
const lastRetryMs = 2_000;

/**
 * The channel's other side, which feeds it. Turns the hints of one stream into its entries, each once and in order: the next seq is
 * delivered, an older one dropped, and a newer one means a hole, which is read from the log. Between a hole and its repair nothing is
 * delivered, so order never breaks. Every user who is connected has one, most of them quiet: what only a busy one needs is made when it does.
 */
export class StreamChannel implements Channel {
  readonly streamId: bigint;
  readonly #parts: ChannelParts;
  // Gone through as it is: one that joins or leaves meanwhile is no harm, for it is not live or not there.
  readonly #listeners = new Set<Listener>();
  #ring: Ring | undefined;
  #reader: PageReader | undefined;
  #typists: Typists | undefined;
  #signals: Signals | undefined;
  /** What was recalled while the log was being read. */
  #recalls: readonly KnownEntry<'MessageRecalled'>[] | undefined;
  #readsUnderWay = 0;
  #lastSeq = -1;
  #seenSeq = -1;
  #markerCount = 0;
  #repairing = false;
  #closed = false;

  constructor(streamId: bigint, parts: ChannelParts) {
    this.streamId = streamId;
    this.#parts = parts;
  }

  lastSeq(): number {
    return this.#lastSeq;
  }

  recent(after: number): readonly Entry[] | null {
    return after === this.#lastSeq ? [] : (this.#ring?.after(after) ?? null);
  }

  read(after: number, wanted: number): Promise<LogPage> {
    this.#reader ??= createPageReader({ read: (from) => this.#readLog(from), size: page });
    return this.#reader(after, wanted);
  }

  join(listener: Listener): void {
    this.#listeners.add(listener);
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** Sets where the channel stands, in entries and in moves of its user's own markers; hints that came before are caught up with. */
  start(head: number, markers: number): void {
    this.#lastSeq = head;
    this.#markerCount = Math.max(this.#markerCount, markers);
    this.reaches(head);
  }

  receive(hint: Hint): void {
    if (this.#closed) return;
    if (hint.kind === 'markers') this.#markerMoved(hint);
    else if (hint.kind === 'receipt') this.#pass({ ...hint, at: this.#parts.now() });
    else if (hint.kind === 'typing') this.#knownTypists().hear(hint);
    else if (hint.kind === 'signal') this.#signalled(hint);
    else if (this.#lastSeq >= 0 && hint.entry.seq === this.#lastSeq + 1) this.#tell(hint);
    else this.reaches(hint.entry.seq);
  }

  #tell({ entry, along, traceparent }: Extract<Hint, { readonly kind: 'entry' }>): void {
    const span = traceparent === undefined ? undefined : this.#parts.tracer.part('deliver', traceparent, { kind: 'consumer' });
    tellWith(entry, along, () => {
      const receivers = this.#deliver(entry);
      // A node on which nobody is to be told, such as one that only watches sessions, says nothing.
      if (span === undefined || receivers === 0) return;
      span.note({ 'mpim.entry': entry.type, 'mpim.receivers': receivers });
      span.end();
    });
  }

  /** How far it knows its stream. */
  knownHead(): KnownHead {
    return { id: this.streamId, lastSeq: this.#lastSeq, markerCount: this.#markerCount };
  }

  /** The stream reaches at least this far: whatever is missing is read from the log. */
  reaches(seq: number): void {
    this.#seenSeq = Math.max(this.#seenSeq, seq);
    if (!this.#closed && !this.#repairing && this.#lastSeq >= 0 && this.#seenSeq > this.#lastSeq) void this.#repair();
  }

  /** The own markers of its user have moved so often: more than was heard means that hints were lost. */
  markersReach(count: number): void {
    if (this.#closed || count <= this.#markerCount) return;
    this.#markerCount = count;
    this.gap();
  }

  /** Ephemeral hints may have been lost. */
  gap(): void {
    for (const listener of this.#listeners) listener.missed?.();
  }

  /** Keeps no more in memory than usual, however many caught up of late. */
  narrow(): void {
    this.#ring?.narrow();
  }

  close(): void {
    this.#closed = true;
    this.#typists?.clear();
    this.#signals?.clear();
    this.#listeners.clear();
    this.#ring?.clear();
  }

  #memory(): Ring {
    this.#ring ??= createRing(this.#parts.spare);
    return this.#ring;
  }

  /** Answers for how many clients it was put in line. */
  #deliver(entry: Entry): number {
    this.#lastSeq = entry.seq;
    this.#parts.onHeard?.([entry]);
    this.#memory().push(entry);
    if (entry.type === 'MessageRecalled') this.#recall(entry);
    if (entry.type === 'HistoryTrimmed') this.#ring?.forget(entry.data.untilSeq);
    if (entry.type === 'NoticeRevoked') this.#ring?.revoke(entry);
    const event = eventOf(entry);
    let receivers = 0;
    for (const listener of this.#listeners) if (listener.entry(event) === true) receivers += 1;
    this.#typists?.entry(entry);
    this.#signals?.reached(entry.seq);
    return receivers;
  }

  #recall(recall: KnownEntry<'MessageRecalled'>): void {
    this.#ring?.recall(recall);
    if (this.#readsUnderWay > 0) this.#recalls = [...(this.#recalls ?? []), recall];
  }

  #knownTypists(): Typists {
    this.#typists ??= new Typists({
      typingMs: this.#parts.typingMs,
      tell: (typist, typing) => this.#pass({ ...typist, kind: 'typing', at: this.#parts.now(), conversationId: this.streamId, typing }),
    });
    return this.#typists;
  }

  #signalled(signal: HeardSignal): void {
    // Nobody is live yet.
    if (this.#lastSeq < 0) return;
    this.#signals ??= new Signals({ now: this.#parts.now, tell: (heard) => this.#pass({ ...heard, at: this.#parts.now() }) });
    this.#signals.hear(signal, this.#lastSeq);
    this.reaches(signal.seq);
  }

  // One that was counted already was lost or late, and what it tells has been asked for.
  #markerMoved(hint: Extract<Hint, { readonly kind: 'markers' }>): void {
    if (hint.count <= this.#markerCount) return;
    this.markersReach(hint.count - 1);
    this.#markerCount = hint.count;
    this.#pass({ ...hint, at: this.#parts.now() });
  }

  #pass(event: EphemeralEvent): void {
    for (const listener of this.#listeners) listener.ephemeral?.(event);
  }

  async #repair(): Promise<void> {
    this.#repairing = true;
    for (let retryMs = firstRetryMs; !this.#closed && this.#lastSeq < this.#seenSeq; ) {
      try {
        await this.#readHole();
        retryMs = firstRetryMs;
      } catch (error) {
        const place = { streamId: String(this.streamId), lastSeq: this.#lastSeq, seenSeq: this.#seenSeq };
        this.#parts.logger.warn({ err: error, ...place }, 'a hole could not be read; it is tried again');
        await delay(retryMs * (0.5 + Math.random()), undefined, { ref: false });
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
    this.#repairing = false;
    // One that waits for what there is not, as after a database was set back, would be in the way of all that come.
    this.#signals?.clear();
    if (!this.#closed) this.gap();
  }

  async #readLog(after: number): Promise<LogPage> {
    const found = await this.#readRecalled(after);
    if (this.#closed) return found;
    const ring = this.#memory();
    // What is made of an entry is made once for all who hold the same object.
    const entries = found.entries.map((entry) => ring.at(entry.seq) ?? entry);
    // Those who come next, from about the same place, find it in memory. Below the floor there may be holes.
    if (after >= found.floor) ring.precede(entries, this.#lastSeq);
    return { ...found, entries };
  }

  /** What was read before a message was recalled, and comes after that was told, is without its text too. */
  async #readRecalled(after: number): Promise<LogPage> {
    this.#readsUnderWay += 1;
    try {
      const found = await this.#parts.log.read(this.streamId, { after, limit: page });
      const recalls = new Map(this.#recalls?.map((recall) => [recall.data.messageSeq, recall.at]));
      if (recalls.size === 0) return found;
      return { ...found, entries: found.entries.map((entry) => withoutText(entry, recalls.get(entry.seq))) };
    } finally {
      this.#readsUnderWay -= 1;
      if (this.#readsUnderWay === 0) this.#recalls = undefined;
    }
  }

  async #readHole(): Promise<void> {
    const { entries, head, floor } = await this.read(this.#lastSeq, this.#seenSeq);
    if (this.#closed) return;
    if (this.#lastSeq < floor || head - this.#lastSeq > this.#parts.maxGap) return this.#skipTo(head);
    for (const entry of entries) if (entry.seq === this.#lastSeq + 1) this.#deliver(entry);
    // A hint past the log's own head came from elsewhere, such as a database that was set back: the log is right.
    if (head <= this.#lastSeq) this.#seenSeq = this.#lastSeq;
  }

  #skipTo(head: number): void {
    this.#lastSeq = head;
    this.#ring?.clear();
    for (const listener of this.#listeners) listener.skipped?.(head);
    this.#signals?.reached(head);
  }
}

function withoutText(entry: Entry, recalledAt: Date | undefined): Entry {
  return recalledAt === undefined || entry.type !== 'MessageSent' ? entry : recalledMessage(entry, recalledAt);
}
