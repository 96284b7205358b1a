import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { LimitRule, Limits } from './limit.ts';
import { asLimit, pointsOf } from './window.ts';

/** Creates limits that are counted in this process. A key costs memory until its window ends. */
export function createMemoryLimits(): Limits {
  return {
    limit(rule: LimitRule) {
      const limiter = new RateLimiterMemory({ keyPrefix: rule.name, points: pointsOf(rule), duration: rule.windowSeconds });
      return asLimit(rule, {
        limiters: [limiter],
        onFault(error) {
          throw error;
        },
      });
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
