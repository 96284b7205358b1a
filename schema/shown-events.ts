import type { EventStream } from '../src/event-stream.ts';

/**
 * The result of every subscription field: events, and how to show them. Iterating yields their public shapes. A reader that watches the
 * source gets the events themselves, and asks for the shapes of those it shows.
 */
export abstract class ShownEvents<E, S> implements AsyncIterableIterator<S, undefined> {
  readonly source: EventStream<E>;

  constructor(source: EventStream<E>) {
    this.source = source;
  }

  /** Returns the public shape of an event, which is executed. */
  abstract shape(event: E): S;

  /** Returns whether data to show the event is in memory now that would have to be read later. */
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
