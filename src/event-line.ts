import type { EventReader, EventStream, StreamEnd } from './event-stream.ts';

/**
 * An EventStream whose events wait in a line of whatever form for their reader, until a signal aborts or the reader lets go.
 *
 * It is an explicit iterator and not an async generator, because a generator's return() waits for its pending next(), and a quiet
 * conversation would keep a subscription that its client has left. It is a class, like all that an event passes through once for each listener:
 * closures in its place cost each idle listener some kilobytes, and each delivery the cache misses of walking them.
 */
export abstract class EventLine<T> implements EventStream<T> {
  readonly #signal: AbortSignal;
  #reader: EventReader<T> | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #outcome: StreamEnd | undefined;
  #started = false;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  abstract poll(): T | undefined;
  /** True where nothing waits for the reader. */
  abstract idle(): boolean;
  /** Nothing waits any more. */
  protected abstract clear(): void;
  /** Called once, when the reader begins. */
  protected abstract begun(): void;
  /** Called once, however it ends. */
  protected abstract finished(): void;

  /** What is in line is still delivered, then next() rejects. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  ended(): boolean {
    return this.#outcome !== undefined;
  }

  watch(reader: EventReader<T>): void {
    this.#reader = reader;
    this.#begin();
  }

  end(): StreamEnd | undefined {
    return this.idle() ? this.#outcome : undefined;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
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

  return(): Promise<IteratorResult<T, undefined>> {
    this.#finish({});
    this.clear();
    // An end that nobody has taken is nobody's.
    this.#outcome = {};
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The signal's own listener: an object that is one costs less than a function made to be one. */
  handleEvent(): void {
    this.clear();
    this.#finish({ error: this.#signal.reason });
  }

  /** Gives the reader what nothing waits before. False: it is to be put in line, and the reader to be woken. */
  protected taken(event: T): boolean {
    if (this.idle() && this.#reader?.take(event) === true) return true;
    this.#reader?.lined?.(event);
    return false;
  }

  protected wake(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
    this.#reader?.wake();
  }

  #begin(): void {
    if (this.#started || this.#outcome !== undefined) return;
    this.#started = true;
    if (this.#signal.aborted) {
      this.handleEvent();
      return;
    }
    // Who watches heeds it, and returns.
    if (this.#reader === undefined) this.#signal.addEventListener('abort', this, { once: true });
    this.begun();
  }

  #finish(how: StreamEnd): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = how;
    this.#signal.removeEventListener('abort', this);
    this.finished();
    this.wake();
  }
}
