import { ShownEvents } from '../../schema/index.ts';
import type { EventReader, EventStream, StreamEnd } from '../../src/feed/index.ts';

/** Events that are shown as they are, with nothing to load. */
class AsTheyAre<T> extends ShownEvents<T, T> {
  shape(event: T): T {
    return event;
  }

  isAtHand(): boolean {
    return true;
  }
}

/** Any source of events as one that can be polled, read one event ahead, and shown as they are. */
export function readAhead<T>(source: AsyncIterable<T>): ShownEvents<T, T> {
  const iterator = source[Symbol.asyncIterator]();
  let held: { readonly event: T } | undefined;
  let outcome: StreamEnd | undefined;
  let reader: EventReader<T> | undefined;

  async function read(): Promise<void> {
    try {
      const { done, value } = await iterator.next();
      if (done) outcome = {};
      else held = { event: value };
    } catch (error) {
      outcome = { error };
    }
    reader?.wake();
  }

  const stream: EventStream<T> = {
    watch(given) {
      reader = given;
      void read();
    },
    poll() {
      if (held === undefined) return undefined;
      const { event } = held;
      held = undefined;
      void read();
      return event;
    },
    end: () => (held === undefined ? outcome : undefined),
    next: () => iterator.next() as Promise<IteratorResult<T, undefined>>,
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return shown(stream);
}

/** The events of this source, shown as they are. */
export function shown<T>(source: EventStream<T>): ShownEvents<T, T> {
  return new AsTheyAre(source);
}
