import { EventLine } from '../event-line.ts';
import { type Entry, type KnownEntry, recalledMessage } from '../log/index.ts';
import { type EntryEvent, eventOf, type FeedEvent } from './event.ts';

interface OutletParts {
  readonly capacity: number;
  readonly signal: AbortSignal;
  /** Called once, when the reader begins. */
  readonly onStart: () => void;
  /** Called once, however it ends. */
  readonly onEnd: () => void;
}

/** Where a subscription's events wait for its client. Bounded: writers of log entries wait for room, others are told that there is none. */
export class Outlet extends EventLine<FeedEvent> {
  readonly #parts: OutletParts;
  readonly #capacity: number;
  /** There while somebody waits in it. */
  #line: FeedEvent[] | undefined;
  #roomy: PromiseWithResolvers<void> | undefined;
  #turn: Promise<unknown> | undefined;

  constructor(parts: OutletParts) {
    super(parts.signal);
    this.#parts = parts;
    this.#capacity = parts.capacity;
  }

  /** Puts an event in line, room or not: writers ask first. */
  push(event: FeedEvent): void {
    if (this.ended() || this.taken(event)) return;
    this.#line ??= [];
    this.#line.push(event);
    this.wake();
  }

  full(): boolean {
    return this.#length() >= this.#capacity;
  }

  /** True from a quarter on: what is not logged is dropped first. */
  crowded(): boolean {
    return this.#length() >= this.#capacity / 4;
  }

  /** True while less than half is taken. */
  roomy(): boolean {
    return this.#length() < this.#capacity / 2;
  }

  /** Resolves when less than half is taken, at once if it is; also when the outlet ends. */
  room(): Promise<void> {
    if (this.ended() || this.roomy()) return Promise.resolve();
    this.#roomy ??= Promise.withResolvers<void>();
    return this.#roomy.promise;
  }

  /** Has writers read for it one after the other: each then sees what room those before it have left. Rejects as `work` does. */
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

  /** Nothing of a stream before this seq is delivered any more, nor what is not logged of it; a StreamReady in line does not name what its client has not got. */
  forget(streamId: bigint, before: number): void {
    const line = this.#line ?? [];
    const first = line.find((event): event is EntryEvent => event.kind === 'entry' && isOf(event, streamId, before));
    const kept = line.filter((event) => !isOf(event, streamId, before));
    this.#line = kept.length === 0 ? undefined : kept.map((event) => (first === undefined ? event : readyBefore(event, first.entry)));
    this.#makeRoom();
  }

  /** Takes the text of a message away that was recalled while it waited. */
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
