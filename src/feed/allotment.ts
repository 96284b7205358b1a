/** A subscription that waits for a turn. */
export interface Waiter {
  readonly userId: bigint;
  /** True if it had a turn before. It goes before those of the same user that had none. */
  readonly again: boolean;
  /** Called when it gets its turn. */
  admit(): void;
}

/**
 * Allots turns to users: first to those with the fewest, and in rotation among these, however many turns each waits for. So a user gets a
 * second turn only while no user without one waits. A user without a turn waits until the users before them had one turn each, and no
 * longer.
 */
export interface Allotment {
  /** The number of turns that are taken. */
  taken(): number;
  /** The number of waiters of all users, or of one user. */
  waiting(userId?: bigint): number;
  /** Whether another user waits. */
  othersWait(userId: bigint): boolean;
  wait(waiter: Waiter): void;
  /** Removes a waiter. No effect if it does not wait. */
  leave(waiter: Waiter): void;
  /** Admits the next waiter. Returns false if nobody waits. */
  admitNext(): boolean;
  /** Ends a turn of this user. */
  giveBack(userId: bigint): void;
}

/** The waiters of one user, in order of arrival. */
interface Line {
  readonly again: Set<Waiter>;
  readonly first: Set<Waiter>;
}

/** Creates the allotment, with no turn taken. */
export function createAllotment(): Allotment {
  // The users who wait, in the order in which they are served.
  const lines = new Map<bigint, Line>();
  // The number of turns of each user who has one.
  const held = new Map<bigint, number>();
  let taken = 0;
  let waiting = 0;

  function lengthOf(line: Line | undefined): number {
    return line === undefined ? 0 : line.again.size + line.first.size;
  }

  function leave(waiter: Waiter): void {
    const line = lines.get(waiter.userId);
    if (line === undefined || !(line.again.delete(waiter) || line.first.delete(waiter))) return;
    waiting -= 1;
    if (lengthOf(line) === 0) lines.delete(waiter.userId);
  }

  /** Finds the next waiter. It looks past users who have a turn, so never further than there are turns. */
  function nextWaiter(): Waiter | undefined {
    let next: Line | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [userId, line] of lines) {
      const turns = held.get(userId) ?? 0;
      if (turns < fewest) [next, fewest] = [line, turns];
      if (turns === 0) break;
    }
    if (next === undefined) return undefined;
    const [waiter] = next.again.size > 0 ? next.again : next.first;
    return waiter;
  }

  return {
    taken: () => taken,
    waiting: (userId) => (userId === undefined ? waiting : lengthOf(lines.get(userId))),
    othersWait: (userId) => lines.size > (lines.has(userId) ? 1 : 0),
    wait(waiter) {
      const { userId, again } = waiter;
      const line = lines.get(userId) ?? { again: new Set(), first: new Set() };
      (again ? line.again : line.first).add(waiter);
      lines.set(userId, line);
      waiting += 1;
    },
    leave,
    admitNext() {
      const waiter = nextWaiter();
      if (waiter === undefined) return false;
      const { userId } = waiter;
      leave(waiter);
      held.set(userId, (held.get(userId) ?? 0) + 1);
      taken += 1;
      waiter.admit();
      return true;
    },
    giveBack(userId) {
      const left = (held.get(userId) ?? 0) - 1;
      if (left > 0) held.set(userId, left);
      else held.delete(userId);
      taken -= 1;
      // The user goes to the end of the line.
      const line = lines.get(userId);
      if (line !== undefined && lines.delete(userId)) lines.set(userId, line);
    },
  };
}
