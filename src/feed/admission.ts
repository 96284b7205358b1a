import { OverloadError } from '../errors.ts';
import type { Outlet } from './outlet.ts';
import { createTurns, type Waiter } from './turns.ts';

/** One subscription's right to use the database for catching up. */
export interface Turn {
  /**
   * Waits for it: users take turns, and those of one user come in order of arrival. False where it ended first. Throws OverloadError where too many
   * wait, of all users or of this one, or it would wait too long.
   */
  begin(): Promise<boolean>;
  /**
   * Called before each page. Waits until the client has made room; meanwhile it is another's turn. After some pages it is another's turn as
   * well, if another user waits. Then it is waited for again, ahead of the user's own that had none. Throws OverloadError where that takes too long.
   */
  room(): Promise<void>;
  /** Lets the next one go on, or leaves the queue. Idempotent. */
  end(): void;
}

/** Lets the subscriptions of a node catch up a few at a time, so that a mass reconnect is a queue and not an outage, and one user's many hold up no other. */
export interface Admission {
  /** A turn of this user for the subscription that fills this outlet, not begun. */
  turn(outlet: Outlet, userId: bigint): Turn;
  /** Turns that are taken, and how many wait for one. */
  load(): { readonly taken: number; readonly waiting: number };
}

interface Limits {
  /** Turns at a time: a user has a second one only while nobody waits who has none. */
  readonly atOnce: number;
  /** Subscriptions that may wait for their first turn; those that had one may wait beyond it. One user may have a share of them waiting. */
  readonly queue: number;
  /** How long one waits, in ms. */
  readonly waitMs?: number;
}

// A full queue is through in some ten seconds. What waits three times as long waits for a database or a bus that hangs.
const longestWaitMs = 30_000;
// A queue that is full now has room after seconds; spread out, so that those who are sent away do not come back as one.
const soonestMs = 2_000;
const spreadMs = 8_000;
// At up to 200 entries each: who was away for a day is through in one turn, and a stranger waits for tens of milliseconds, not for a whole replay.
const pagesInTurn = 8;
// Ten users who do their worst can fill the queue, one cannot.
const usersShare = 0.1;
// Two devices with as many operations as a socket has by default come back together.
const leastOfUser = 200;

function overloaded(): OverloadError {
  return new OverloadError(
    'Too many subscriptions are being opened. Wait, then subscribe again with your positions.',
    Math.round(soonestMs + spreadMs * Math.random()),
  );
}

/** How many of one user may wait: its share, or more in a small queue, but never more than half of it. */
function shareOf(queue: number): number {
  return Math.ceil(Math.max(queue * usersShare, Math.min(leastOfUser, queue / 2)));
}

/** Makes the admission of a node. */
export function createAdmission({ atOnce, queue, waitMs = longestWaitMs }: Limits): Admission {
  const turns = createTurns();
  const ofUser = shareOf(queue);
  let pausing = false;

  function next(): void {
    if (pausing) return;
    while (turns.taken() < atOnce) if (!turns.admitNext()) return;
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
        turns.leave(waiter);
        admitted.reject(overloaded());
      }, waitMs);
      leaveQueue = () => {
        turns.leave(waiter);
        admitted.resolve();
      };
      turns.wait(waiter);
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
      turns.giveBack(userId);
      nextSoon();
    }

    return {
      async begin() {
        if (turns.waiting() >= queue || turns.waiting(userId) >= ofUser) throw overloaded();
        await enter(false);
        return mine;
      },
      async room() {
        if (outlet.ended()) return;
        const another = pagesLeft <= 0 && turns.othersWait(userId);
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

  return { turn, load: () => ({ taken: turns.taken(), waiting: turns.waiting() }) };
}
