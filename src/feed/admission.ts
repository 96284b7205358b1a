import { OverloadError } from '../errors.ts';
import type { Outlet } from './outlet.ts';

/** One subscription's right to use the database for catching up. */
export interface Turn {
  /** Waits for it, in order of arrival; false where it ended first. Throws OverloadError where too many wait, or it would wait too long. */
  begin(): Promise<boolean>;
  /** Waits until the client has made room. Meanwhile it is another's turn, then it is waited for again. Throws OverloadError as above. */
  room(): Promise<void>;
  /** Lets the next one go on, or leaves the queue. Idempotent. */
  end(): void;
}

/** Lets the subscriptions of a node catch up a few at a time, so that a mass reconnect is a queue and not an outage. */
export interface Admission {
  /** A turn for the subscription that fills this outlet, not begun. */
  turn(outlet: Outlet): Turn;
}

interface Limits {
  /** Turns at a time. */
  readonly atOnce: number;
  /** Subscriptions that may wait for their first turn; those that had one may wait beyond it. */
  readonly queue: number;
  /** How long one waits, in ms. */
  readonly waitMs?: number;
}

interface Waiter {
  admit(): void;
}

// A full queue is through in some ten seconds. What waits three times as long waits for a database or a bus that hangs.
const longestWaitMs = 30_000;
// A queue that is full now has room after seconds; spread out, so that those who are sent away do not come back as one.
const soonestMs = 2_000;
const spreadMs = 8_000;

function overloaded(): OverloadError {
  return new OverloadError(
    'Too many subscriptions are being opened. Subscribe again in a while with your positions.',
    Math.round(soonestMs + spreadMs * Math.random()),
  );
}

/** Makes the admission of a node. */
export function createAdmission({ atOnce, queue, waitMs = longestWaitMs }: Limits): Admission {
  const waiting = new Set<Waiter>();
  let taken = 0;
  let pausing = false;

  function next(): void {
    for (const waiter of waiting) {
      if (taken >= atOnce) return;
      waiting.delete(waiter);
      taken += 1;
      waiter.admit();
    }
  }

  // SQLite answers within the microtasks of a turn: without a pause, and only one at a time, nothing else would get its own until all are through.
  function nextSoon(): void {
    if (pausing) return;
    pausing = true;
    setImmediate(() => {
      pausing = false;
      next();
    });
  }

  function turn(outlet: Outlet): Turn {
    let mine = false;
    let leaveQueue: (() => void) | undefined;

    async function enter(): Promise<void> {
      const admitted = Promise.withResolvers<void>();
      const waiter: Waiter = {
        admit() {
          mine = true;
          admitted.resolve();
        },
      };
      const timer = setTimeout(() => {
        waiting.delete(waiter);
        admitted.reject(overloaded());
      }, waitMs);
      leaveQueue = () => {
        waiting.delete(waiter);
        admitted.resolve();
      };
      waiting.add(waiter);
      next();
      try {
        await admitted.promise;
      } finally {
        clearTimeout(timer);
        leaveQueue = undefined;
      }
    }

    function end(): void {
      leaveQueue?.();
      if (!mine) return;
      mine = false;
      taken -= 1;
      nextSoon();
    }

    return {
      async begin() {
        if (waiting.size >= queue) throw overloaded();
        await enter();
        return mine;
      },
      async room() {
        if (outlet.roomy() || outlet.ended()) return;
        end();
        await outlet.room();
        if (!outlet.ended()) await enter();
      },
      end,
    };
  }

  return { turn };
}
