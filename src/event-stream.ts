/**
 * A live stream of events for one reader. The reader calls next() or, where a promise per event would cost too much, watches. It does not
 * do both.
 */
export interface EventStream<T> extends AsyncIterableIterator<T, undefined> {
  /** Starts the stream for a reader, which calls return() when the stream's signal aborts. */
  watch(reader: EventReader<T>): void;
  /** Takes the next event, if one waits. This makes room for another. */
  poll(): T | undefined;
  /**
   * Returns how the stream ended, once it has and all waiting events were polled. Contains the error that next() would have rejected with,
   * if any.
   */
  end(): StreamEnd | undefined;
  return(): Promise<IteratorResult<T, undefined>>;
}

/** A reader that watches a stream. Its methods are called synchronously and must not throw. */
export interface EventReader<T> {
  /** Called with an event when none waits before it. Returns true to take it. False leaves it waiting to be polled. */
  take(event: T): boolean;
  /** Called with an event that now waits to be polled. */
  lined?(event: T): void;
  /** Called when there may be something to poll, or the stream has ended. */
  wake(): void;
}

/** How a stream ended: by an error, or because its reader returned. */
export interface StreamEnd {
  readonly error?: unknown;
}
