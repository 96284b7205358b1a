import type { EventReader, EventStream, StreamEnd } from '../event-stream.ts';
import { type KnownEntry, recalledMessage } from '../log/index.ts';
import { eventOf, type FeedEvent } from './event.ts';

interface OutletParts {
  readonly capacity: number;
  readonly signal: AbortSignal;
  /** Called once, when the reader begins. */
  readonly onStart: () => void;
  /** Called once, however it ends. */
  readonly onEnd: () => void;
}

type Result = IteratorResult<FeedEvent, undefined>;

/**
 * Where a subscription's events wait for its client. Bounded: writers of log entries wait for room, others are told that there is none.
 *
 * It is an explicit iterator and not an async generator, because a generator's return() waits for its pending next(), and a quiet
 * conversation would keep a subscription that its client has left. It is a class, like all that an event passes through once for each listener:
 * closures in its place cost each idle listener some kilobytes, and each delivery the cache misses of walking them.
 */
export class Outlet implements EventStream<FeedEvent> {
  readonly #parts: OutletParts;
  readonly #capacity: number;
  /** There while somebody waits in it. */
  #line: FeedEvent[] | undefined;
  #reader: EventReader<FeedEvent> | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #roomy: PromiseWithResolvers<void> | undefined;
  #outcome: StreamEnd | undefined;
  #turn: Promise<unknown> | undefined;
  #started = false;

  constructor(parts: OutletParts) {
    this.#parts = parts;
    this.#capacity = parts.capacity;
  }

  /** Puts an event in line, room or not: writers ask first. */
  push(event: FeedEvent): void {
    if (this.#outcome !== undefined) return;
    if (this.#line === undefined && this.#reader?.take(event)) return;
    this.#line ??= [];
    this.#line.push(event);
    this.#tell();
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
    if (this.#outcome !== undefined || this.roomy()) return Promise.resolve();
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

  /** Nothing of a stream before this seq is delivered any more, nor what is not logged of it. */
  forget(streamId: bigint, before: number): void {
    const line = this.#line?.filter((event) => !isOf(event, streamId, before));
    this.#line = line?.length === 0 ? undefined : line;
    this.#makeRoom();
  }

  /** Takes the text of a message away that was recalled while it waited. */
  recall({ streamId, at, data }: KnownEntry<'MessageRecalled'>): void {
    this.#line = this.#line?.map((event) => {
      if (event.kind !== 'entry' || event.entry.type !== 'MessageSent') return event;
      return event.entry.streamId === streamId && event.entry.seq === data.messageSeq ? eventOf(recalledMessage(event.entry, at)) : event;
    });
  }

  /** True where nothing waits for the client. */
  idle(): boolean {
    return this.#line === undefined;
  }

  /** What is in line is still delivered, then next() rejects. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  ended(): boolean {
    return this.#outcome !== undefined;
  }

  watch(reader: EventReader<FeedEvent>): void {
    this.#reader = reader;
    this.#begin();
  }

  poll(): FeedEvent | undefined {
    const event = this.#line?.shift();
    if (this.#line?.length === 0) this.#line = undefined;
    this.#makeRoom();
    return event;
  }

  end(): StreamEnd | undefined {
    return this.#line === undefined ? this.#outcome : undefined;
  }

  async next(): Promise<Result> {
    this.#begin();
    for (;;) {
      const event = this.poll();
      if (event !== undefined) return { done: false, value: event };
      if (this.#outcome !== undefined) break;
      this.#waiting ??= Promise.withResolvers<void>();
      await this.#waiting.promise;
    }
    const { error } = this.#outcome;
    this.#outcome = {};
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  return(): Promise<Result> {
    this.#finish({});
    this.#line = undefined;
    // An end that nobody has taken is nobody's.
    this.#outcome = {};
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The signal's own listener: an object that is one costs less than a function made to be one. */
  handleEvent(): void {
    this.#line = undefined;
    this.#finish({ error: this.#parts.signal.reason });
  }

  #makeRoom(): void {
    if (this.#roomy === undefined || !this.roomy()) return;
    this.#roomy.resolve();
    this.#roomy = undefined;
  }

  #length(): number {
    return this.#line?.length ?? 0;
  }

  #begin(): void {
    if (this.#started || this.#outcome !== undefined) return;
    this.#started = true;
    const { signal, onStart } = this.#parts;
    if (signal.aborted) this.handleEvent();
    else {
      signal.addEventListener('abort', this, { once: true });
      onStart();
    }
  }

  #finish(how: StreamEnd): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = how;
    this.#parts.signal.removeEventListener('abort', this);
    this.#roomy?.resolve();
    this.#parts.onEnd();
    this.#tell();
  }

  #tell(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
    this.#reader?.wake();
  }
}

function isOf(event: FeedEvent, streamId: bigint, before: number): boolean {
  if (event.kind === 'receipt' || event.kind === 'typing') return event.conversationId === streamId;
  return event.kind === 'entry' && event.entry.streamId === streamId && event.entry.seq < before;
}
