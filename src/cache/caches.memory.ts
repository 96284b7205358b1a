import type { Logger } from 'pino';
import type { CacheLimits, Caches } from './cache.ts';
import { createCaches } from './create-caches.ts';

/** Caches of the only node there is. */
export function createMemoryCaches(parts: { readonly limits: CacheLimits; readonly logger: Logger }): Caches {
  return createCaches(parts);
}
