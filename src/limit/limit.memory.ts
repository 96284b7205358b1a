import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { LimitRule, Limits } from './limit.ts';
import { asLimit } from './window.ts';

/** Limits counted in this process. A key costs memory until its window ends. */
export function createMemoryLimits(): Limits {
  return {
    limit: ({ name, points, windowSeconds }: LimitRule) =>
      asLimit(new RateLimiterMemory({ keyPrefix: name, points, duration: windowSeconds }), (error) => {
        throw error;
      }),
    [Symbol.asyncDispose]: async () => {},
  };
}
