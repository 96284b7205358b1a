import type { Clock } from './clock.ts';
import { type Failure, failed, readFailure, type ServerError } from './failure.ts';

/** A result of a subscription, as every transport gives it. */
export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly ServerError[] | undefined;
}

/** Where a transport puts what comes. The names are those of graphql-ws. */
export interface Sink<R = Result> {
  next(result: R): void;
  error(error: unknown): void;
  complete(): void;
}

/** What comes next of one subscription: a result, or why there is none any more. */
export type Arrival<R> = { readonly result: R } | { readonly failure: Failure };

/** One subscription on one connection, read at the reader's pace. */
export interface Inflow<R> {
  /** The next arrival. One call at a time; after a failure none. */
  next(): Promise<Arrival<R>>;
  /** Ends it: what waits is let go, and `next` answers a failure. */
  close(): void;
}

/** What an inflow is made of. */
export interface InflowParts<R> {
  /** Begins the subscription; what it answers ends it. */
  readonly subscribe: (sink: Sink<R>) => () => void;
  /**
   * Results that wait in memory. A transport pushes and cannot be told to wait, so past it the subscription is ended, and what waits is still
   * read: who comes back then with their positions gets the rest from the server's log.
   */
  readonly limit: number;
  /** How long the first result may take, in ms. */
  readonly patienceMs: number;
  readonly clock: Clock;
}

/** Opens one. */
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
    // It may have ended while it was begun.
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
