/** One who waits for a turn. */
export interface Waiter {
  readonly userId: bigint;
  /** Had a turn before, and goes before those of the same user who had none. */
  readonly again: boolean;
  /** Told when it is its turn. */
  admit(): void;
}

/**
 * Turns as users take them, one user after the other, however many of each wait. Users who have fewer turns go first, so that one has a second
 * only while nobody waits who has none. Who has none waits until those users who came before had one turn each, and no longer.
 */
export interface Turns {
  /** Turns that are taken. */
  taken(): number;
  /** How many wait, of all users or of one. */
  waiting(userId?: bigint): number;
  /** True where another user waits. */
  othersWait(userId: bigint): boolean;
  wait(waiter: Waiter): void;
  /** Waits no more; no harm where it does not. */
  leave(waiter: Waiter): void;
  /** Admits the next one; false where nobody waits. */
  admitNext(): boolean;
  /** A turn of this user is over. */
  giveBack(userId: bigint): void;
}

/** Those of one user who wait, each in order of arrival. */
interface Line {
  readonly again: Set<Waiter>;
  readonly first: Set<Waiter>;
}

/** Makes turns, none of them taken. */
export function createTurns(): Turns {
  // Users who wait, in the order in which they are served.
  const lines = new Map<bigint, Line>();
  // Turns of the users who have one.
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

  /** The next one. Looks past those who have a turn, so no further than there are turns. */
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
      // All who wait are served before its user is served again.
      const line = lines.get(userId);
      if (line !== undefined && lines.delete(userId)) lines.set(userId, line);
    },
  };
}
