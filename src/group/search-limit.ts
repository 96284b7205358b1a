import { ChatError } from '../errors.ts';
import type { SearchingParts } from './parts.ts';

/** Makes what counts a kind of search of each user, `times` as many as SEARCHES_PER_MINUTE. It throws RATE_LIMITED past them. */
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
