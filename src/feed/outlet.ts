import type { FeedEvent } from './event.ts';

/** Where a subscription's events wait for its client. Bounded: writers of log entries wait for room, others are told that there is none. */
export interface Outlet extends AsyncIterableIterator<FeedEvent> {
  /** Puts an event in line, room or not: writers ask first. */
  push(event: FeedEvent): void;
  readonly full: boolean;
  /** Resolves when less than half is taken, at once if it is; also when the outlet ends. */
  room(): Promise<void>;
  /** What is in line is still delivered, then next() rejects. */
  fail(error: unknown): void;
  readonly ended: boolean;
}

interface OutletParts {
  readonly capacity: number;
  readonly signal: AbortSignal;
  /** Called once, at the first next(). */
  readonly onStart: () => void;
  /** Called once, however it ends. */
  readonly onEnd: () => void;
}

type Result = IteratorResult<FeedEvent, undefined>;

/**
 * Makes an outlet. It is an explicit iterator and not an async generator, because a generator's return() waits for its pending next(), and
 * a quiet conversation would keep a subscription that its client has left.
 */
export function createOutlet({ capacity, signal, onStart, onEnd }: OutletParts): Outlet {
  let line: FeedEvent[] = [];
  let waiting: PromiseWithResolvers<Result> | undefined;
  let roomy: PromiseWithResolvers<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let started = false;
  let ended = false;

  function end(): void {
    if (ended) return;
    ended = true;
    signal.removeEventListener('abort', onAbort);
    roomy?.resolve();
    onEnd();
  }

  function onAbort(): void {
    line = [];
    fail(signal.reason);
  }

  function fail(error: unknown): void {
    if (ended) return;
    failure = { error };
    end();
    waiting?.reject(error);
    if (waiting !== undefined) failure = undefined;
    waiting = undefined;
  }

  function push(event: FeedEvent): void {
    if (ended) return;
    if (waiting === undefined) {
      line.push(event);
      return;
    }
    waiting.resolve({ done: false, value: event });
    waiting = undefined;
  }

  function next(): Promise<Result> {
    if (!started && !ended) {
      started = true;
      if (signal.aborted) onAbort();
      else {
        signal.addEventListener('abort', onAbort, { once: true });
        onStart();
      }
    }
    const event = line.shift();
    if (roomy !== undefined && line.length < capacity / 2) {
      roomy.resolve();
      roomy = undefined;
    }
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (failure !== undefined) {
      const { error } = failure;
      failure = undefined;
      return Promise.reject(error);
    }
    if (ended) return Promise.resolve({ done: true, value: undefined });
    if (waiting !== undefined) return waiting.promise.then(next);
    waiting = Promise.withResolvers<Result>();
    return waiting.promise;
  }

  const outlet: Outlet = {
    push,
    fail,
    next,
    get full() {
      return line.length >= capacity;
    },
    get ended() {
      return ended;
    },
    room() {
      if (ended || line.length < capacity / 2) return Promise.resolve();
      roomy ??= Promise.withResolvers<void>();
      return roomy.promise;
    },
    return() {
      end();
      line = [];
      failure = undefined;
      waiting?.resolve({ done: true, value: undefined });
      waiting = undefined;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => outlet,
  };
  return outlet;
}
