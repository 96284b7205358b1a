import type { Logger } from 'pino';
import type { KnownHead } from '../db/index.ts';
import { type Entry, type Ephemeral, type Hint, type KnownEntry, type Log, type LogPage, recalledMessage } from '../log/index.ts';
import { Retries } from '../retries.ts';
import type { Tracer } from '../tracer.ts';
import { tellWith } from './along.ts';
import { type EntryEvent, eventOf, type FeedEvent } from './event.ts';
import { createPageReader, type PageReader } from './page-reader.ts';
import { createRing, type Ring, type Spare } from './ring.ts';
import { type HeardSignal, Signals } from './signals.ts';
import { Typists } from './typists.ts';

/** An event that is not logged, as listeners receive it. */
export type EphemeralEvent = Ephemeral & Extract<FeedEvent, { readonly kind: 'receipt' | 'markers' | 'typing' | 'signal' }>;

/** A listener of a channel. Its methods are called synchronously and must not throw. */
export interface Listener {
  /**
   * Delivers the next entry: the one after the previous, or after `lastSeq` at joining. Returns true if it was put in line for a client.
   */
  entry(event: EntryEvent): unknown;
  /** Delivers an event that is not logged. All listeners receive the same object. */
  ephemeral?(event: EphemeralEvent): void;
  /** Ephemeral hints may have been lost. */
  missed?(): void;
  /** Entries up to `head` will not be delivered, because the gap was too large or was trimmed. The next entry is head + 1. */
  skipped?(head: number): void;
}

/** A stream as this node receives it, shared by all of its listeners. */
export interface Channel {
  readonly streamId: bigint;
  /** The last seq that was delivered to every listener. */
  lastSeq(): number;
  /** Returns the entries after `after` up to lastSeq, or null if not all of them are in memory. */
  recent(after: number): readonly Entry[] | null;
  /**
   * Reads a page of the log that has the entries after `after`, and possibly earlier ones. All callers get the same objects for the same
   * entries. `wanted`: a committed seq, which the page's head must cover. Throws ChatError UNAVAILABLE.
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
  /** A user's typing ends after this many ms. */
  readonly typingMs: () => number;
  /** The node's clock. */
  readonly now: () => Date;
  readonly spare: Spare;
  /** Called with entries before they are delivered. Must not throw. */
  readonly onHeard?: ((entries: readonly Entry[]) => void) | undefined;
  readonly tracer: Tracer;
}

// Entries in one read, and so the most that a subscription in catch-up holds beyond its queue.
const page = 200;

/**
 * The channel with the methods that feed it. It turns the hints of one stream into its entries, each once and in order. The next seq is
 * delivered, an older one is dropped, and a later one means a gap, which is read from the log. Nothing is delivered until the gap is
 * closed, so order never breaks. Parts that only a busy channel needs are created when first needed, because most channels are quiet.
 */
export class StreamChannel implements Channel {
  readonly streamId: bigint;
  readonly #parts: ChannelParts;
  // Iterated without a copy. A listener that joins during the iteration is not live yet and ignores the event, and one that leaves is
  // skipped.
  readonly #listeners = new Set<Listener>();
  #ring: Ring | undefined;
  #reader: PageReader | undefined;
  #typists: Typists | undefined;
  #signals: Signals | undefined;
  /** Recalls that were delivered while the log was being read. */
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

  /** Sets the channel's position: its last seq, and the count of its user's own marker moves. Reads the entries whose hints came before. */
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
    else if (hint.kind === 'reach') this.reaches(hint.seq);
    else if (this.#lastSeq >= 0 && hint.entry.seq === this.#lastSeq + 1) this.#tell(hint);
    else this.reaches(hint.entry.seq);
  }

  #tell({ entry, along, traceparent }: Extract<Hint, { readonly kind: 'entry' }>): void {
    const span = traceparent === undefined ? undefined : this.#parts.tracer.part('deliver', traceparent, { kind: 'consumer' });
    tellWith(entry, along, () => {
      const receivers = this.#deliver(entry);
      // Nothing is recorded where the entry has no receivers, such as on a node that only watches sessions.
      if (span === undefined || receivers === 0) return;
      span.note({ 'mpim.entry': entry.type, 'mpim.receivers': receivers });
      span.end();
    });
  }

  /** How far the channel knows its stream. */
  knownHead(): KnownHead {
    return { id: this.streamId, lastSeq: this.#lastSeq, markerCount: this.#markerCount };
  }

  /** Notes that the stream has at least this seq. Missing entries are read from the log. */
  reaches(seq: number): void {
    this.#seenSeq = Math.max(this.#seenSeq, seq);
    if (!this.#closed && !this.#repairing && this.#lastSeq >= 0 && this.#seenSeq > this.#lastSeq) void this.#repair();
  }

  /** Notes how often the own markers of the channel's user have moved. A count above the channel's means that hints were lost. */
  markersReach(count: number): void {
    if (this.#closed || count <= this.#markerCount) return;
    this.#markerCount = count;
    this.#missed();
  }

  /** Returns the memory to its usual size after a catch-up. */
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

  /** Tells the listeners that ephemeral hints may have been lost. */
  #missed(): void {
    for (const listener of this.#listeners) listener.missed?.();
  }

  #memory(): Ring {
    this.#ring ??= createRing(this.#parts.spare);
    return this.#ring;
  }

  /** Returns the number of clients that the entry was put in line for. */
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
    // No listener is live yet.
    if (this.#lastSeq < 0) return;
    this.#signals ??= new Signals({ now: this.#parts.now, tell: (heard) => this.#pass({ ...heard, at: this.#parts.now() }) });
    this.#signals.hear(signal, this.#lastSeq);
    this.reaches(signal.seq);
  }

  // A move that is already counted was late: its loss was noticed, and the markers were read again.
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
    const retries = new Retries();
    while (!this.#closed && this.#lastSeq < this.#seenSeq) {
      try {
        await this.#readHole();
        retries.reset();
      } catch (error) {
        const place = { streamId: String(this.streamId), lastSeq: this.#lastSeq, seenSeq: this.#seenSeq };
        this.#parts.logger.warn({ err: error, ...place }, 'a gap could not be read from the log; it will be retried');
        await retries.pause();
      }
    }
    this.#repairing = false;
    // A signal that waits for entries that do not exist, as after a database was reset, would hold up all later signals.
    this.#signals?.clear();
    if (!this.#closed) this.#missed();
  }

  async #readLog(after: number): Promise<LogPage> {
    const found = await this.#readRecalled(after);
    if (this.#closed) return found;
    const ring = this.#memory();
    // Entries that are already in memory keep their object, so that what is made of an entry is made once for all.
    const entries = found.entries.map((entry) => ring.at(entry.seq) ?? entry);
    // Clients that resume from about the same position find these entries in memory. Below the floor there may be gaps.
    if (after >= found.floor) ring.precede(entries, this.#lastSeq);
    return { ...found, entries };
  }

  /** Reads from the log. A message that is recalled during the read is returned without its text. */
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
    const seen = this.#seenSeq;
    const { entries, head, floor } = await this.read(this.#lastSeq, seen);
    if (this.#closed) return;
    if (this.#lastSeq < floor || head - this.#lastSeq > this.#parts.maxGap) return this.#skipTo(head);
    for (const entry of entries) if (entry.seq === this.#lastSeq + 1) this.#deliver(entry);
    // A hint past the head of the log is from elsewhere, such as from before a database was reset. The log is right. A hint that came during
    // the read may be of an entry that was stored after it.
    if (head <= this.#lastSeq && this.#seenSeq === seen) this.#seenSeq = this.#lastSeq;
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
