import type { Viewer } from '../user/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import { type Asked, type Hit, readSlice, untouched } from './slice.ts';
import type { Walk } from './stretch.ts';

/** What a request has found. */
export interface Finding {
  /** Messages that match and that the viewer has not hidden, in the order of the search. At most as many as were asked for. */
  readonly hits: readonly Hit[];
  /**
   * The position up to which the search has read, or null if nothing is left to read. If as many hits were found as were asked for, more
   * may follow the last one.
   */
  readonly stoppedAt: Place | null;
}

/**
 * Reads until enough hits are found, everything is read, or the request has read as much as it may. Rejects with the signal's reason when
 * the signal aborts.
 */
export async function find(
  parts: Pick<SearchParts, 'db' | 'messages' | 'config'>,
  viewer: Viewer,
  { walk, most, signal, ...asked }: Asked & { readonly walk: Walk; readonly most: number; readonly signal: AbortSignal | undefined },
): Promise<Finding> {
  const hits: Hit[] = [];
  let rest = untouched(parts.config.searchedMessages);
  let place: Place | null = null;
  while (hits.length < most) {
    signal?.throwIfAborted();
    if (rest.stretches.length === 0) rest = { ...rest, stretches: await walk() };
    if (rest.stretches.length === 0) return { hits, stoppedAt: null };
    if (rest.messages <= 0) return { hits, stoppedAt: place };
    const slice = await readSlice(parts, asked, rest);
    hits.push(...(await unhidden(parts, viewer, slice.hits)).slice(0, most - hits.length));
    ({ place, rest } = slice);
  }
  return { hits, stoppedAt: place };
}

/**
 * Returns the hits that the viewer has not hidden for themselves. Asks for a whole slice at once: a viewer who has hidden many messages
 * would otherwise wait for a statement for every few hits.
 */
async function unhidden({ messages }: Pick<SearchParts, 'messages'>, viewer: Viewer, hits: readonly Hit[]): Promise<readonly Hit[]> {
  if (hits.length === 0) return [];
  const hidden = await messages.hidden(viewer, hits);
  return hits.filter((_, at) => !hidden[at]);
}
