import type { EventReader, EventStream, StreamEnd } from './event-stream.ts';

/**
 * An EventStream whose events wait in a queue for their reader, until a signal aborts or the reader returns. Subclasses implement the
 * queue.
 *
 * It is an explicit iterator instead of an async generator, because a generator's return() waits for its pending next(): in a quiet
 * conversation, the subscription would outlive its client.
 *
 * It is a class, like everything that an event passes through once per listener: closures in its place would cost each idle listener some
 * kilobytes, and each delivery the cache misses of walking them.
 */
export abstract class EventQueue<T> implements EventStream<T> {
  readonly #signal: AbortSignal;
  #reader: EventReader<T> | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #outcome: StreamEnd | undefined;
  #started = false;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  abstract poll(): T | undefined;
  /** Returns true if no event waits for the reader. */
  abstract idle(): boolean;
  /** Removes all waiting events. */
  protected abstract clear(): void;
  /** Called once, when the reader begins. */
  protected abstract begun(): void;
  /** Called once, however the stream ends. */
  protected abstract finished(): void;

  /** Fails the stream: the waiting events are still delivered, then next() rejects. */
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
    // The error of a reader that has left is reported to nobody.
    this.#outcome = {};
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Called by the signal. A listener that is an object costs less than an extra function. */
  handleEvent(): void {
    this.clear();
    this.#finish({ error: this.#signal.reason });
  }

  /** Offers an event to the reader if no other waits before it. Returns false if the caller has to queue the event and wake the reader. */
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
    // A reader that watches follows the signal itself, and calls return().
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
