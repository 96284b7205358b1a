import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limit, LimitRule } from './limit.ts';

/** What a limit counts by. */
export interface Counting {
  /** All of them are told the points in force; the first is asked. */
  readonly limiters: readonly [RateLimiterAbstract, ...RateLimiterAbstract[]];
  readonly onFault: (error: unknown) => void;
}

/** The points of a rule at this moment. */
export function pointsOf({ points }: Pick<LimitRule, 'points'>): number {
  return typeof points === 'function' ? points() : points;
}

/** A Limit over a rate limiter, which tells "refused" by rejecting with its result. A limiter that fails otherwise grants. */
export function asLimit(rule: Pick<LimitRule, 'points'>, { limiters, onFault }: Counting): Limit {
  const [limiter] = limiters;

  async function take(key: string): Promise<number | null> {
    try {
      // What was taken stays counted: with fewer points from now on, who has taken as many already waits for their window to end.
      for (const one of limiters) one.points = pointsOf(rule);
      await limiter.consume(key);
      return null;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
      onFault(refusal);
      return null;
    }
  }

  async function giveBack(key: string): Promise<void> {
    await limiter.reward(key).catch(onFault);
  }

  return { take, giveBack };
}
