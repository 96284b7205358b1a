import { ChatError } from '../errors.ts';
import type { Limit } from '../limit/index.ts';
import type { SearchingParts } from './parts.ts';

// Whoever mentions somebody types, and each letter is a search: people who type fast come to five a second, for some seconds.
const lettersOfSearch = 10;

/** Counts searches, apart from those for users and for messages. */
export interface SearchLimit {
  /** Throws RATE_LIMITED past SEARCHES_PER_MINUTE. */
  conversations(userId: bigint): Promise<void>;
  /** Throws RATE_LIMITED past ten times as many. */
  members(userId: bigint): Promise<void>;
}

/** Makes what counts searches. */
export function createSearchLimit({ limits, config }: Pick<SearchingParts, 'limits' | 'config'>): SearchLimit {
  const ofConversations = limits.limit({ name: 'conversation-search', points: () => config.searchesPerMinute, windowSeconds: 60 });
  const ofMembers = limits.limit({ name: 'member-search', points: () => lettersOfSearch * config.searchesPerMinute, windowSeconds: 60 });
  return {
    conversations: (userId) => take(ofConversations, userId),
    members: (userId) => take(ofMembers, userId),
  };
}

async function take(limit: Limit, userId: bigint): Promise<void> {
  const retryAfterMs = await limit.take(String(userId));
  if (retryAfterMs !== null) throw new ChatError('RATE_LIMITED', 'Too many searches. Wait a while and try again.', { retryAfterMs });
}
