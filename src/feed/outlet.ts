import { EventQueue } from '../event-queue.ts';
import { type Entry, type KnownEntry, recalledMessage } from '../log/index.ts';
import { type EntryEvent, eventOf, type FeedEvent } from './event.ts';

interface OutletParts {
  readonly capacity: number;
  readonly signal: AbortSignal;
  /** Called once, when the reader begins. */
  readonly onStart: () => void;
  /** Called once, however the stream ends. */
  readonly onEnd: () => void;
}

/**
 * The queue of a subscription's events for its client. It is bounded: writers of entries wait for room, and other events are dropped if
 * there is none.
 */
export class Outlet extends EventQueue<FeedEvent> {
  readonly #parts: OutletParts;
  readonly #capacity: number;
  /** Created while an event waits. */
  #line: FeedEvent[] | undefined;
  #roomy: PromiseWithResolvers<void> | undefined;
  #turn: Promise<unknown> | undefined;

  constructor(parts: OutletParts) {
    super(parts.signal);
    this.#parts = parts;
    this.#capacity = parts.capacity;
  }

  /** Puts an event in line. The caller must have checked that there is room. */
  push(event: FeedEvent): void {
    if (this.ended() || this.taken(event)) return;
    this.#line ??= [];
    this.#line.push(event);
    this.wake();
  }

  full(): boolean {
    return this.#length() >= this.#capacity;
  }

  /** True from a quarter of the capacity on. Events that are not logged are dropped first. */
  crowded(): boolean {
    return this.#length() >= this.#capacity / 4;
  }

  /** True while less than half of the capacity is used. */
  roomy(): boolean {
    return this.#length() < this.#capacity / 2;
  }

  /** Resolves when less than half of the capacity is used, or when the outlet ends. */
  room(): Promise<void> {
    if (this.ended() || this.roomy()) return Promise.resolve();
    this.#roomy ??= Promise.withResolvers<void>();
    return this.#roomy.promise;
  }

  /** Runs the writers' reads one after another, so that each sees the room that the previous ones left. Rejects as `work` does. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn === undefined ? work() : this.#turn.then(work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#turn = settled;
    void settled.then(() => {
      if (this.#turn === settled) this.#turn = undefined;
    });
    return mine;
  }

  /**
   * Drops the waiting events of a stream: entries before this seq and all events that are not logged. Positions in a waiting StreamReady
   * are set back to before the first dropped entry.
   */
  forget(streamId: bigint, before: number): void {
    const line = this.#line ?? [];
    const first = line.find((event): event is EntryEvent => event.kind === 'entry' && isOf(event, streamId, before));
    const kept = line.filter((event) => !isOf(event, streamId, before));
    this.#line = kept.length === 0 ? undefined : kept.map((event) => (first === undefined ? event : readyBefore(event, first.entry)));
    this.#makeRoom();
  }

  /** Removes the text of a recalled message that still waits. */
  recall({ streamId, at, data }: KnownEntry<'MessageRecalled'>): void {
    this.#line = this.#line?.map((event) => {
      if (event.kind !== 'entry' || event.entry.type !== 'MessageSent') return event;
      return event.entry.streamId === streamId && event.entry.seq === data.messageSeq ? eventOf(recalledMessage(event.entry, at)) : event;
    });
  }

  idle(): boolean {
    return this.#line === undefined;
  }

  poll(): FeedEvent | undefined {
    const event = this.#line?.shift();
    if (this.#line?.length === 0) this.#line = undefined;
    this.#makeRoom();
    return event;
  }

  protected clear(): void {
    this.#line = undefined;
  }

  protected begun(): void {
    this.#parts.onStart();
  }

  protected finished(): void {
    this.#roomy?.resolve();
    this.#parts.onEnd();
  }

  #makeRoom(): void {
    if (this.#roomy === undefined || !this.roomy()) return;
    this.#roomy.resolve();
    this.#roomy = undefined;
  }

  #length(): number {
    return this.#line?.length ?? 0;
  }
}

function readyBefore(event: FeedEvent, { streamId, seq }: Entry): FeedEvent {
  if (event.kind !== 'ready') return event;
  const positions = event.positions.map((known) => (known.streamId === streamId ? { ...known, seq: Math.min(known.seq, seq - 1) } : known));
  return { ...event, positions };
}

function isOf(event: FeedEvent, streamId: bigint, before: number): boolean {
  if (event.kind === 'receipt' || event.kind === 'typing' || event.kind === 'signal') return event.conversationId === streamId;
  return event.kind === 'entry' && event.entry.streamId === streamId && event.entry.seq < before;
}
