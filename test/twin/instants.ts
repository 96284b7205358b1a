import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from '../fuzz/chance.ts';

/** Times, compared by acts. Both worlds have this machine's clock, and each act ends in both before the next begins. */
export interface Instants {
  /** Starts the next act. */
  begin(): Promise<void>;
  /**
   * Whether two times belong to the same act. Two future times are the same if they are close, because they were computed within the same
   * act.
   */
  same(one: string, other: string): boolean;
  /** Returns a time for an input: between two acts, or too far away to be reached during the run. */
  pick(chance: Chance): string;
}

// So that whole ms suffice to tell acts apart.
const apartMs = 2;
// One act in both worlds takes less.
const togetherMs = 60_000;
const dayMs = 86_400_000;

/** Starts without acts. */
export function createInstants(): Instants {
  const starts: number[] = [];

  function actOf(moment: number): number {
    return starts.findLastIndex((start) => start <= moment);
  }

  return {
    async begin() {
      await delay(apartMs);
      starts.push(Date.now());
      await delay(apartMs);
    },
    same(one, other) {
      if (one === other) return true;
      const [first, second] = [Date.parse(one), Date.parse(other)];
      if (Math.min(first, second) > Date.now()) return Math.abs(first - second) < togetherMs;
      return actOf(first) >= 0 && actOf(first) === actOf(second);
    },
    pick(chance) {
      const [began = 0] = starts;
      const moment = chance.odds(0.4) ? chance.one(starts) : began + chance.one([-7, -1, 1, 7, 400]) * dayMs;
      return new Date(moment).toISOString();
    },
  };
}
