import type { FeedEvent } from './event.ts';
import type { EventStream, StreamEnd } from './event-stream.ts';

/** Where a subscription's events wait for its client. Bounded: writers of log entries wait for room, others are told that there is none. */
export interface Outlet extends EventStream<FeedEvent> {
  /** Puts an event in line, room or not: writers ask first. */
  push(event: FeedEvent): void;
  full(): boolean;
  /** True from a quarter on: what is not logged is dropped first. */
  crowded(): boolean;
  /** Resolves when less than half is taken, at once if it is; also when the outlet ends. */
  room(): Promise<void>;
  /** What is in line is still delivered, then next() rejects. */
  fail(error: unknown): void;
  ended(): boolean;
}

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
 * Makes an outlet. It is an explicit iterator and not an async generator, because a generator's return() waits for its pending next(), and
 * a quiet conversation would keep a subscription that its client has left.
 */
export function createOutlet({ capacity, signal, onStart, onEnd }: OutletParts): Outlet {
  let line: FeedEvent[] = [];
  let waiting: PromiseWithResolvers<void> | undefined;
  let roomy: PromiseWithResolvers<void> | undefined;
  let wake = resume;
  let outcome: StreamEnd | undefined;
  let started = false;

  function resume(): void {
    waiting?.resolve();
    waiting = undefined;
  }

  function finish(how: StreamEnd): void {
    if (outcome !== undefined) return;
    outcome = how;
    signal.removeEventListener('abort', onAbort);
    roomy?.resolve();
    onEnd();
    wake();
  }

  function onAbort(): void {
    line = [];
    finish({ error: signal.reason });
  }

  function begin(): void {
    if (started || outcome !== undefined) return;
    started = true;
    if (signal.aborted) onAbort();
    else {
      signal.addEventListener('abort', onAbort, { once: true });
      onStart();
    }
  }

  function push(event: FeedEvent): void {
    if (outcome !== undefined) return;
    line.push(event);
    wake();
  }

  function poll(): FeedEvent | undefined {
    const event = line.shift();
    if (roomy !== undefined && line.length < capacity / 2) {
      roomy.resolve();
      roomy = undefined;
    }
    return event;
  }

  async function next(): Promise<Result> {
    begin();
    for (;;) {
      const event = poll();
      if (event !== undefined) return { done: false, value: event };
      if (outcome !== undefined) break;
      waiting ??= Promise.withResolvers<void>();
      await waiting.promise;
    }
    const { error } = outcome;
    outcome = {};
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  const outlet: Outlet = {
    push,
    poll,
    next,
    fail: (error) => finish({ error }),
    watch(call) {
      wake = call;
      begin();
    },
    full: () => line.length >= capacity,
    crowded: () => line.length >= capacity / 4,
    ended: () => outcome !== undefined,
    end: () => (line.length === 0 ? outcome : undefined),
    room() {
      if (outcome !== undefined || line.length < capacity / 2) return Promise.resolve();
      roomy ??= Promise.withResolvers<void>();
      return roomy.promise;
    },
    return() {
      finish({});
      line = [];
      // An end that nobody has taken is nobody's.
      outcome = {};
      resume();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => outlet,
  };
  return outlet;
}
