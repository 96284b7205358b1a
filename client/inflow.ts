import type { Clock } from './clock.ts';
import { type Failure, failed, readFailure, type ServerError } from './failure.ts';

/** A result of a subscription, as every transport delivers it. */
export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly ServerError[] | undefined;
}

/** Receives what a transport delivers. The names are those of graphql-ws. */
export interface Sink<R = Result> {
  next(result: R): void;
  error(error: unknown): void;
  complete(): void;
}

/** The next arrival of a subscription: a result, or why it ended. */
export type Arrival<R> = { readonly result: R } | { readonly failure: Failure };

/** One subscription on one connection, read at the reader's pace. */
export interface Inflow<R> {
  /** Waits for the next arrival. One call at a time, and none after a failure. */
  next(): Promise<Arrival<R>>;
  /** Ends it. Queued results are dropped, and `next` returns a failure. */
  close(): void;
}

/** The parts of an inflow. */
export interface InflowParts<R> {
  /** Starts the subscription. The returned function ends it. */
  readonly subscribe: (sink: Sink<R>) => () => void;
  /**
   * The most results to queue in memory. A transport has no back-pressure, so past this limit the subscription is ended. What is queued is
   * still read, and the next attempt gets the rest from the server's log.
   */
  readonly limit: number;
  /** How long the first result may take, in ms. */
  readonly patienceMs: number;
  readonly clock: Clock;
}

/** Opens an inflow. */
export function openInflow<R>({ subscribe, limit, patienceMs, clock }: InflowParts<R>): Inflow<R> {
  const waiting: R[] = [];
  let ending: Failure | null = null;
  let unsubscribe: (() => void) | null = null;
  let wake: (() => void) | null = null;
  const calm = clock.after(patienceMs, () => end(failed('later', `nothing came within ${patienceMs} ms`)));

  function arrived(): void {
    wake?.();
    wake = null;
  }

  function end(failure: Failure): void {
    if (ending !== null) return;
    ending = failure;
    calm();
    unsubscribe?.();
    arrived();
  }

  const sink: Sink<R> = {
    next(result) {
      if (ending !== null) return;
      calm();
      waiting.push(result);
      if (waiting.length >= limit) end(failed('at once', 'more came than could be applied: the rest is read from the log'));
      arrived();
    },
    error: (error) => end(readFailure(error)),
    complete: () => end(failed('later', 'the subscription was completed')),
  };

  try {
    unsubscribe = subscribe(sink);
    // It may have ended synchronously.
    if (ending !== null) unsubscribe();
  } catch (error) {
    end(readFailure(error));
  }

  return {
    async next() {
      while (waiting.length === 0 && ending === null) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const result = waiting.shift();
      if (result !== undefined) return { result };
      return { failure: ending ?? failed('later', 'nothing came') };
    },
    close() {
      waiting.length = 0;
      end(failed('end', 'stopped'));
    },
  };
}
