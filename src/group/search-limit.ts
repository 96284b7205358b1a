import { ChatError } from '../errors.ts';
import type { SearchingParts } from './parts.ts';

/**
 * Creates a limit on one kind of search: `times` × SEARCHES_PER_MINUTE for each user. The returned function counts a search and throws
 * RATE_LIMITED past the limit.
 */
export function createSearchLimit(
  { limits, config }: Pick<SearchingParts, 'limits' | 'config'>,
  { name, times = 1 }: { readonly name: string; readonly times?: number },
): (userId: bigint) => Promise<void> {
  const limit = limits.limit({ name, points: () => times * config.searchesPerMinute, windowSeconds: 60 });
  return async (userId) => {
    const retryAfterMs = await limit.take(String(userId));
    if (retryAfterMs !== null) throw new ChatError('RATE_LIMITED', 'Too many searches. Wait before you try again.', { retryAfterMs });
  };
}
