import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from '../fuzz/chance.ts';

/** When things were done, in acts: both worlds have this machine's clock, and each act is over in both before the next begins. */
export interface Instants {
  /** Begins another act. */
  begin(): Promise<void>;
  /** Whether two moments are of the same act; or both still to come, as the same was counted from that act. */
  same(one: string, other: string): boolean;
  /** A moment for an input: between two acts, or so far away that it does not come meanwhile. */
  pick(chance: Chance): string;
}

// No clock of whole ms takes one act for the other.
const apartMs = 2;
// What both worlds do takes no longer.
const togetherMs = 60_000;
const dayMs = 86_400_000;

/** Begins to count. */
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
