/**
 * Events as they come, for one reader. Read by next(), or, where a promise for each would cost too much, by a reader that watches; not by both.
 */
export interface EventStream<T> extends AsyncIterableIterator<T, undefined> {
  /** Opens it for its reader, who calls return() when what it was opened with aborts. */
  watch(reader: EventReader<T>): void;
  /** The next event if one waits. Makes room for one more. */
  poll(): T | undefined;
  /** Set when it has ended and all that was in line has been polled: with the error that next() would have rejected with, if any. */
  end(): StreamEnd | undefined;
  return(): Promise<IteratorResult<T, undefined>>;
}

/** Who watches a stream. What it is told comes synchronously; must not throw. */
export interface EventReader<T> {
  /** An event has come, and nothing waits before it. True: it is taken. False: it waits, to be polled. */
  take(event: T): boolean;
  /** An event has come that waits, to be polled. */
  lined?(event: T): void;
  /** There may be something to poll, or the stream has ended. */
  wake(): void;
}

/** How a stream ended: by an error, or because its reader let go of it. */
export interface StreamEnd {
  readonly error?: unknown;
}
