import { ChatError, OverloadError } from '../errors.ts';
import { requireShortSearch } from '../term.ts';
import { noTracer, recorded } from '../tracer.ts';
import { inTurns } from '../turns.ts';
import type { Viewer } from '../user/index.ts';
import { find } from './find.ts';
import type { SearchParts } from './parts.ts';
import { keyOf, nameOf, placeOf, type Resumed } from './place.ts';
import type { FoundPage, Search, SearchRequest } from './search.ts';
import { show } from './show.ts';
import { isEmpty, walkWithin } from './span.ts';
import { readableOf, walkThroughAll, walkThroughOne } from './stretch.ts';
import { parseQuery, type Query } from './words.ts';

// Measured: while one search runs all the time, a send takes 1.5 to 2 times as long. With two at a time it takes 3 to 4 times as long, for
// a quarter more answers.
const atOnce = 1;
// At some 50 ms for each search, the last one waits two seconds. At 150 ms, the most, it waits five.
const waiting = 32;
// The wait of a full queue in which each search takes the most (150 ms, slice.ts). Past that the database does not answer, and a refusal is
// better than waiting.
const longestMs = 5_000;
// The same number as a document can have (gateway/limits.ts). It is an eighth of the queue, so that one user cannot keep all others out.
const mostOfUser = 4;
const retryAfterMs = 2_000;

const nothing: FoundPage = { items: [], endKey: null, hasPreviousPage: false };

/** Creates the search module. */
export function createSearch(parts: SearchParts): Search {
  const { limits, config, tracer = noTracer } = parts;
  const limit = limits.limit({ name: 'message-search', points: () => config.searchesPerMinute, windowSeconds: 60 });
  const inTurn = inTurns({ ...{ atOnce, waiting, longestMs }, refusal: overloaded });
  const underWay = new Map<bigint, number>();
  const counts = { done: 0, seconds: 0, refused: 0, waiting: 0 };

  /** Counts a search against the user's limit, unless the node refuses it because of its load. */
  async function counted<T>({ userId }: Viewer, work: () => Promise<T>): Promise<T> {
    const key = String(userId);
    const retryAfter = await limit.take(key);
    if (retryAfter !== null)
      throw new ChatError('RATE_LIMITED', 'Too many searches. Wait before you try again.', { retryAfterMs: retryAfter });
    try {
      return await work();
    } catch (error) {
      if (error instanceof OverloadError) {
        counts.refused += 1;
        await limit.giveBack(key);
      }
      throw error;
    }
  }

  async function asOneOfFew<T>({ userId }: Viewer, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const others = underWay.get(userId) ?? 0;
    if (others >= mostOfUser) throw new OverloadError('You have too many pending searches. Wait for one of them to finish.', retryAfterMs);
    underWay.set(userId, others + 1);
    counts.waiting += 1;
    try {
      return await inTurn(() => watched(work), signal);
    } finally {
      counts.waiting -= 1;
      const left = (underWay.get(userId) ?? 1) - 1;
      if (left === 0) underWay.delete(userId);
      else underWay.set(userId, left);
    }
  }

  async function watched<T>(work: () => Promise<T>): Promise<T> {
    const begunAt = performance.now();
    const asking = tracer.current();
    try {
      return await recorded(tracer, asking && tracer.part('search', asking), work);
    } finally {
      counts.done += 1;
      counts.seconds += (performance.now() - begunAt) / 1_000;
    }
  }

  async function messages(viewer: Viewer, request: SearchRequest): Promise<FoundPage> {
    if (config.searchedMessages === 0) throw new ChatError('FORBIDDEN', 'Searching messages is currently turned off.');
    requireShortSearch(request.search);
    const wanted = parseQuery(request.search, request.hasAttachments);
    const name = nameOf(wanted.words, request);
    const after = request.after === undefined ? null : placeOf(name, request.after);
    return counted(viewer, () => asOneOfFew(viewer, request.signal, () => readPage(parts, viewer, { request, wanted, name, after })));
  }

  return { messages, counts: () => counts };
}

function overloaded(): OverloadError {
  return new OverloadError('Too many searches are running right now. Try again later.', retryAfterMs);
}

interface PageAsked {
  readonly request: SearchRequest;
  readonly wanted: Query;
  readonly name: string;
  readonly after: Resumed | null;
}

async function readPage(parts: SearchParts, viewer: Viewer, { request, wanted, name, after }: PageAsked): Promise<FoundPage> {
  const { conversationId, senderId = null, first, signal, sentFrom, sentBefore } = request;
  if (wanted.words.length === 0 || isEmpty(request) || !(await isSomebody(parts, senderId))) return nothing;
  const walkOfAllTimes =
    conversationId === undefined ? walkThroughAll(parts, viewer, after) : walkThroughOne(parts, viewer, conversationId, after);
  const walk = walkWithin(parts, walkOfAllTimes, { sentFrom, sentBefore });
  // One hit more than asked for shows whether there is a next page.
  const { hits, stoppedAt } = await find(parts, viewer, { walk, wanted, senderId, sentFrom, sentBefore, most: first + 1, signal });
  const shownAtMost = hits.slice(0, first);
  const shown = await show(parts, viewer, { hits: shownAtMost, wanted });
  // A viewer who was removed from the conversation meanwhile must not learn where there was a hit.
  if (shown.length === 0 && conversationId !== undefined && (await readableOf(parts, viewer, [conversationId])).length === 0)
    return nothing;
  const end = hits.length > first ? (shownAtMost.at(-1) ?? null) : stoppedAt;
  const hasPreviousPage = after?.found ?? false;
  return {
    items: shown.map(({ place, ...found }) => ({ ...found, key: keyOf(name, { ...place, found: true }) })),
    endKey: end && keyOf(name, { ...end, found: hasPreviousPage || shown.length > 0 }),
    hasPreviousPage,
  };
}

/**
 * Returns whether a sender may be searched for. The messages of an erased account may stay, but must not be found by their former sender.
 */
async function isSomebody({ users }: Pick<SearchParts, 'users'>, senderId: bigint | null): Promise<boolean> {
  if (senderId === null) return true;
  const [sender] = await users.byIds([senderId]);
  return sender !== null && sender !== undefined && !sender.erased;
}
