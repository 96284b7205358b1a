import type { Page } from '../page.ts';
import type { HistoryRequest } from './message.ts';

/** An item with a position in a conversation. */
export interface Placed {
  readonly seq: number;
}

/** Reads items of a list in a range of seqs, from either end. Bounds are inclusive. */
export type Source<T> = (range: {
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  readonly limit: number;
}) => Promise<readonly T[]>;

/** A list of a conversation that can be paged through. */
export interface HistoryList<T> {
  readonly read: Source<T>;
  /** The time of an item. Never decreases along the list. */
  readonly at: (item: T) => Date;
  /** Returns the last seq of a range before a moment; the seq before the range if there is none. */
  readonly seqBefore: (stretch: Stretch, moment: Date) => Promise<number>;
}

/** The range that the viewer may see: from their first seq to the head as it was when reading began. Bounds are inclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

// The page size if the request has none. With `around` alone, the size on each side.
const usualSize = 50;

/**
 * Returns a page of a list, ascending by seq. The range ends at a head that was read earlier, so entries committed meanwhile are never
 * partly in the page. `hasPreviousPage` and `hasNextPage` tell for every request whether the range has items beyond the ends of the page.
 */
export async function readHistory<T extends Placed>(list: HistoryList<T>, stretch: Stretch, request: HistoryRequest): Promise<Page<T>> {
  const { around, after, before } = request;
  if (around === undefined || after !== undefined || before !== undefined) return readEnd(list.read, stretch, request);
  return readAround(list.read, stretch, { ...request, centre: await centreOf(list, stretch, around) });
}

/** What a page is centred on. */
interface Centre<T> {
  /** The last seq at or before the centre. */
  readonly seq: number;
  readonly distance: (item: T) => number;
}

async function centreOf<T extends Placed>({ at, seqBefore }: HistoryList<T>, stretch: Stretch, around: number | Date): Promise<Centre<T>> {
  if (typeof around === 'number') return { seq: around, distance: ({ seq }) => Math.abs(seq - around) };
  return { seq: await seqBefore(stretch, around), distance: (item) => Math.abs(at(item).getTime() - around.getTime()) };
}

async function readEnd<T extends Placed>(
  read: Source<T>,
  stretch: Stretch,
  { first, after, last, before }: HistoryRequest,
): Promise<Page<T>> {
  const from = Math.max(stretch.from, (after ?? 0) + 1);
  const to = Math.min(stretch.to, (before ?? Number.POSITIVE_INFINITY) - 1);
  const newestFirst = last !== undefined || (first === undefined && after === undefined);
  const limit = last ?? first ?? usualSize;
  const found = await readWithin(read, { from, to, newestFirst, limit: limit + 1 });
  const items = newestFirst ? found.slice(0, limit).toReversed() : found.slice(0, limit);
  const more = found.length > limit;
  // If the page is empty, its ends are the bounds that the request asked for.
  const start = items.at(0)?.seq ?? from;
  const end = items.at(-1)?.seq ?? to;
  const [earlier, later] = await Promise.all([
    (newestFirst && more) || exists(read, { from: stretch.from, to: Math.min(start - 1, stretch.to) }),
    (!newestFirst && more) || exists(read, { from: Math.max(end + 1, stretch.from), to: stretch.to }),
  ]);
  return { items, hasPreviousPage: earlier, hasNextPage: later };
}

/**
 * Returns the item at the centre, or the nearest one, with the items around it. Of two at the same distance the older one is the centre.
 */
async function readAround<T extends Placed>(
  read: Source<T>,
  { from, to }: Stretch,
  { centre, first, last }: HistoryRequest & { readonly centre: Centre<T> },
): Promise<Page<T>> {
  const alone = first === undefined && last === undefined;
  const later = alone ? usualSize : (first ?? 0);
  const earlier = alone ? usualSize : (last ?? 0);
  // One more for the item itself, and one to tell whether there are more.
  const [older, newer] = await Promise.all([
    readWithin(read, { from, to: Math.min(to, centre.seq), newestFirst: true, limit: earlier + 2 }),
    readWithin(read, { from: Math.max(from, centre.seq + 1), to, newestFirst: false, limit: later + 2 }),
  ]);
  const nearestIsOlder = distanceTo(centre, older[0]) <= distanceTo(centre, newer[0]);
  const [olderSize, newerSize] = nearestIsOlder ? [earlier + 1, later] : [earlier, later + 1];
  return {
    items: [...older.slice(0, olderSize).toReversed(), ...newer.slice(0, newerSize)],
    hasPreviousPage: older.length > olderSize,
    hasNextPage: newer.length > newerSize,
  };
}

function distanceTo<T>({ distance }: Centre<T>, item: T | undefined): number {
  return item === undefined ? Number.POSITIVE_INFINITY : distance(item);
}

async function readWithin<T>(read: Source<T>, range: Parameters<Source<T>>[0]): Promise<readonly T[]> {
  return range.from > range.to ? [] : read(range);
}

async function exists<T>(read: Source<T>, stretch: Stretch): Promise<boolean> {
  const found = await readWithin(read, { ...stretch, newestFirst: false, limit: 1 });
  return found.length > 0;
}
