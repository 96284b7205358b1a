import type { EventStream } from '../src/event-stream.ts';

/**
 * What every subscription field resolves to: events, and how they are shown. Who iterates is given their public shapes; who watches the source is given events as they are, and asks for the
 * shapes of those it shows.
 */
export abstract class ShownEvents<E, S> implements AsyncIterableIterator<S, undefined> {
  readonly source: EventStream<E>;

  constructor(source: EventStream<E>) {
    this.source = source;
  }

  /** An event as it is executed. */
  abstract shape(event: E): S;

  /** Whether there is something at hand now to show the event by, which would have to be read later. */
  abstract isAtHand(event: E): boolean;

  async next(): Promise<IteratorResult<S, undefined>> {
    const result = await this.source.next();
    return result.done ? { done: true, value: undefined } : { done: false, value: this.shape(result.value) };
  }

  async return(): Promise<IteratorResult<S, undefined>> {
    await this.source.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
