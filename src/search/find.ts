import type { Viewer } from '../user/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import { type Asked, readSlice, untouched } from './slice.ts';
import type { Walk } from './stretch.ts';

/** What a request has come to. */
export interface Finding {
  /** Messages that have all words, and that the viewer has not hidden, in order; at most as many as were asked for. */
  readonly hits: readonly Place[];
  /** Up to where all is read, where there is more to be read; null: there is not. Where as many were found as were asked for, more may follow the last. */
  readonly stoppedAt: Place | null;
}

/** Reads until so many are found, all is read, or as much as one request may read. */
export async function find(
  parts: Pick<SearchParts, 'db' | 'messages' | 'config'>,
  viewer: Viewer,
  { walk, most, ...asked }: Asked & { readonly walk: Walk; readonly most: number },
): Promise<Finding> {
  const hits: Place[] = [];
  let rest = untouched(parts.config.searchedMessages);
  let place: Place | null = null;
  while (hits.length < most) {
    if (rest.stretches.length === 0) rest = { ...rest, stretches: await walk() };
    if (rest.stretches.length === 0) return { hits, stoppedAt: null };
    if (rest.messages <= 0) return { hits, stoppedAt: place };
    const slice = await readSlice(parts, asked, rest);
    hits.push(...(await unhidden(parts, viewer, { places: slice.hits, most: most - hits.length })));
    ({ place, rest } = slice);
  }
  return { hits, stoppedAt: place };
}

/** The first of some places that the viewer has not hidden for themselves. */
async function unhidden(
  { messages }: Pick<SearchParts, 'messages'>,
  viewer: Viewer,
  { places, most }: { readonly places: readonly Place[]; readonly most: number },
): Promise<readonly Place[]> {
  const found: Place[] = [];
  for (let from = 0; from < places.length && found.length < most; from += most) {
    const some = places.slice(from, from + most);
    const hidden = await messages.hidden(viewer, some);
    found.push(...some.filter((_, at) => !hidden[at]));
  }
  return found.slice(0, most);
}
