/**
 * Events as they come, for one reader. Read by next(), or, where a promise for each would cost too much, by poll() whenever `watch` says so;
 * not by both.
 */
export interface EventStream<T> extends AsyncIterableIterator<T, undefined> {
  /** Opens it. The reader is woken, synchronously, when there may be something to poll, or it has ended. Must not throw. */
  watch(reader: { wake(): void }): void;
  /** The next event if one waits. Makes room for one more. */
  poll(): T | undefined;
  /** Set when it has ended and all that was in line has been polled: with the error that next() would have rejected with, if any. */
  end(): StreamEnd | undefined;
  return(): Promise<IteratorResult<T, undefined>>;
}

/** How a stream ended: by an error, or because its reader let go of it. */
export interface StreamEnd {
  readonly error?: unknown;
}
