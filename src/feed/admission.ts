import { OverloadError } from '../errors.ts';
import { createAllotment, type Waiter } from './allotment.ts';
import type { Outlet } from './outlet.ts';

/** The right of one subscription to use the database for its catch-up. */
export interface Turn {
  /**
   * Waits for the turn. Users take turns, and the subscriptions of one user come in order of arrival. Resolves with false if the turn was
   * ended first. Throws OverloadError if too many wait, of all users or of this one, or if the wait takes too long.
   */
  begin(): Promise<boolean>;
  /**
   * Called before each page. Waits until the client has made room, and gives the turn to others meanwhile. After some pages it also gives
   * the turn to another user who waits. It then waits for the next turn, ahead of the user's own subscriptions that have had none. Throws
   * OverloadError if that takes too long.
   */
  room(): Promise<void>;
  /** Ends the turn, or leaves the queue. Idempotent. */
  end(): void;
}

/**
 * Lets the subscriptions of a node catch up a few at a time. A mass reconnect is then a queue and not an outage, and a user with many
 * subscriptions holds up no other.
 */
export interface Admission {
  /** Creates a turn of this user for the subscription that fills this outlet. The turn has not begun. */
  turn(outlet: Outlet, userId: bigint): Turn;
  /** The number of turns that are taken, and of those that are waited for. */
  load(): { readonly taken: number; readonly waiting: number };
}

interface Limits {
  /** Maximum number of turns at a time. A user gets a second turn only while no user without a turn waits. */
  readonly atOnce: number;
  /**
   * Maximum number of waiting subscriptions. Past it, a new one is refused, but one that has had a turn may always wait. One user may have
   * only a share of them waiting (`shareOf`).
   */
  readonly queue: number;
  /** Maximum wait for a turn, in ms. */
  readonly waitMs?: number;
}

// A full queue is served in some ten seconds. A wait three times as long means that a database or a bus hangs.
const longestWaitMs = 30_000;
// A full queue has room again after seconds. The delays are spread, so that the refused clients do not come back all at once.
const soonestMs = 2_000;
const spreadMs = 8_000;
// A page has up to 200 entries. A client that was away for a day needs one turn, and another user waits tens of milliseconds instead of a
// whole replay.
const pagesInTurn = 8;
// Filling the queue takes ten users who have their full share, not one.
const usersShare = 0.1;
// Two devices, each with as many operations as a socket may have by default, can reconnect together.
const leastOfUser = 200;

function overloaded(): OverloadError {
  return new OverloadError(
    'Too many subscriptions are being opened. Wait, then subscribe again with your positions.',
    Math.round(soonestMs + spreadMs * Math.random()),
  );
}

/**
 * The maximum number of waiting subscriptions of one user: a share of the queue, or more if the queue is small, but never more than half of
 * it.
 */
function shareOf(queue: number): number {
  return Math.ceil(Math.max(queue * usersShare, Math.min(leastOfUser, queue / 2)));
}

/** Creates the admission of a node. */
export function createAdmission({ atOnce, queue, waitMs = longestWaitMs }: Limits): Admission {
  const allotment = createAllotment();
  const ofUser = shareOf(queue);
  let pausing = false;

  function next(): void {
    if (pausing) return;
    while (allotment.taken() < atOnce) if (!allotment.admitNext()) return;
  }

  // SQLite answers within the microtasks of one turn of the event loop. Without this pause, one subscription would follow another there,
  // and nothing else would run until all are served.
  function nextSoon(): void {
    if (pausing) return;
    pausing = true;
    setImmediate(() => {
      pausing = false;
      next();
    });
  }

  function turn(outlet: Outlet, userId: bigint): Turn {
    let mine = false;
    let pagesLeft = pagesInTurn;
    let leaveQueue: (() => void) | undefined;

    async function enter(again: boolean): Promise<void> {
      const admitted = Promise.withResolvers<void>();
      const waiter: Waiter = {
        userId,
        again,
        admit() {
          mine = true;
          pagesLeft = pagesInTurn;
          admitted.resolve();
        },
      };
      const timer = setTimeout(() => {
        allotment.leave(waiter);
        admitted.reject(overloaded());
      }, waitMs);
      leaveQueue = () => {
        allotment.leave(waiter);
        admitted.resolve();
      };
      allotment.wait(waiter);
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
      allotment.giveBack(userId);
      nextSoon();
    }

    return {
      async begin() {
        if (allotment.waiting() >= queue || allotment.waiting(userId) >= ofUser) throw overloaded();
        await enter(false);
        return mine;
      },
      async room() {
        if (outlet.ended()) return;
        const another = pagesLeft <= 0 && allotment.othersWait(userId);
        if (another || !outlet.roomy()) {
          end();
          await outlet.room();
          if (!outlet.ended()) await enter(true);
        }
        pagesLeft -= 1;
      },
      end,
    };
  }

  return { turn, load: () => ({ taken: allotment.taken(), waiting: allotment.waiting() }) };
}
