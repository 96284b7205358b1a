import type { Clock } from '../../src/cluster/index.ts';

/** A clock that only moves when a test moves it. */
export interface ManualClock extends Clock {
  /** Moves on by `ms`. Runs all work that becomes due, in order, each to its end. With 0, runs what is due already. */
  advance(ms: number): Promise<void>;
  /** Moves on without running anything, as when a process is paused. */
  pause(ms: number): void;
}

interface Due {
  readonly at: number;
  readonly work: () => Promise<void>;
}

/** Returns a clock that stands still. */
export function manualClock(): ManualClock {
  const waiting = new Set<Due>();
  let now = 1_000_000;

  function next(until: number): Due | undefined {
    return [...waiting].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0];
  }

  return {
    now: () => now,
    after(ms, work) {
      const due = { at: now + ms, work };
      waiting.add(due);
      return () => void waiting.delete(due);
    },
    async advance(ms) {
      const until = now + ms;
      for (let due = next(until); due !== undefined; due = next(until)) {
        waiting.delete(due);
        now = Math.max(now, due.at);
        await due.work();
      }
      now = until;
    },
    pause(ms) {
      now += ms;
    },
  };
}
