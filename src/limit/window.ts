import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limit, LimitRule } from './limit.ts';

/** The rate limiters of a limit, and what to do with their faults. */
export interface Counting {
  /** The first one counts. The points in force are set on all of them. */
  readonly limiters: readonly [RateLimiterAbstract, ...RateLimiterAbstract[]];
  readonly onFault: (error: unknown) => void;
}

/** Returns the points of a rule at this moment. */
export function pointsOf({ points }: Pick<LimitRule, 'points'>): number {
  return typeof points === 'function' ? points() : points;
}

// A point that is given back after its window has ended would be one too many in the next window. Redis answers within half a second, or
// not at all, so a refused take is given back in time unless the window is about to end. Then it does not matter.
const timeToGiveBackMs = 5_000;

/**
 * Creates a Limit from a rate limiter, which refuses by rejecting with its result. If the limiter fails in another way, the take is
 * granted.
 */
export function asLimit(rule: Pick<LimitRule, 'points'>, { limiters, onFault }: Counting): Limit {
  const [limiter] = limiters;

  async function take(key: string): Promise<number | null> {
    try {
      // Points taken so far stay counted. If the limit is lowered, a key that has taken as many already waits for its window to end.
      for (const one of limiters) one.points = pointsOf(rule);
      await limiter.consume(key);
      return null;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) {
        onFault(refusal);
        return null;
      }
      // The limiter counts refused takes too. They would keep the key out after the points that were granted have been given back. Not
      // awaited: the next take of the key follows on the same connection.
      if (refusal.msBeforeNext > timeToGiveBackMs) void giveBack(key);
      return Math.max(1, refusal.msBeforeNext);
    }
  }

  async function giveBack(key: string): Promise<void> {
    await limiter.reward(key).catch(onFault);
  }

  return { take, giveBack };
}
