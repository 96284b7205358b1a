import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limit } from './limit.ts';

/** A Limit over a rate limiter, which tells "refused" by rejecting with its result. A limiter that fails otherwise grants. */
export function asLimit(limiter: RateLimiterAbstract, onFault: (error: unknown) => void): Limit {
  async function take(key: string): Promise<number | null> {
    try {
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
