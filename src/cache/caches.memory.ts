import type { Logger } from 'pino';
import type { CacheLimits, Caches } from './cache.ts';
import { createCaches } from './create-caches.ts';

/** Creates the caches of a system of one node. */
export function createMemoryCaches(parts: { readonly limits: CacheLimits; readonly logger: Logger }): Caches {
  return createCaches(parts);
}
