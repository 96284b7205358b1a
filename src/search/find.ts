import type { Viewer } from '../user/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import { type Asked, type Hit, readSlice, untouched } from './slice.ts';
import type { Walk } from './stretch.ts';

/** What a request has come to. */
export interface Finding {
  /** Messages that have all words, and that the viewer has not hidden, in order; at most as many as were asked for. */
  readonly hits: readonly Hit[];
  /** Up to where all is read, where there is more to be read; null: there is not. Where as many were found as were asked for, more may follow the last. */
  readonly stoppedAt: Place | null;
}

/** Reads until so many are found, all is read, or as much as one request may read. Rejects with the signal's reason once that aborts. */
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

/** Those that the viewer has not hidden for themselves. Of all at once: who has hidden many would wait for a statement for every few of them. */
async function unhidden({ messages }: Pick<SearchParts, 'messages'>, viewer: Viewer, hits: readonly Hit[]): Promise<readonly Hit[]> {
  if (hits.length === 0) return [];
  const hidden = await messages.hidden(viewer, hits);
  return hits.filter((_, at) => !hidden[at]);
}
