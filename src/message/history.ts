import type { Page } from '../page.ts';
import type { HistoryRequest } from './message.ts';

/** Something that stands at a place of a conversation. */
export interface Placed {
  readonly seq: number;
}

/** Reads from one list of a conversation, from an end of a stretch on. Bounds are inclusive. */
export type Source<T> = (range: {
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  readonly limit: number;
}) => Promise<readonly T[]>;

/** One of a conversation's lists, as it is paged through. */
export interface HistoryList<T> {
  readonly read: Source<T>;
  /** When an item came to be. Never decreases along the list. */
  readonly at: (item: T) => Date;
  /** The last seq of a stretch before a moment; the one before the stretch where there is none. */
  readonly seqBefore: (stretch: Stretch, moment: Date) => Promise<number>;
}

/** The stretch that may be seen: from the viewer's first seq to the head as it stood when reading began. Bounds are inclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

// What a page holds where its size is not said: in all, or on each side of `around`.
const usualSize = 50;

/**
 * A page of a list by seq, ascending. The stretch ends at a head that was read before: what is committed meanwhile is not half in the page.
 * Both flags say whether anything of the stretch lies beyond the page's ends, whatever was asked.
 */
export async function readHistory<T extends Placed>(list: HistoryList<T>, stretch: Stretch, request: HistoryRequest): Promise<Page<T>> {
  const { around, after, before } = request;
  if (around === undefined || after !== undefined || before !== undefined) return readEnd(list.read, stretch, request);
  return readAround(list.read, stretch, { ...request, centre: await centreOf(list, stretch, around) });
}

/** What a page is to lie around. */
interface Centre<T> {
  /** The last seq that lies before it, or at it. */
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
  // Of an empty page, what lies beyond its ends is what lies outside the stretch that was asked for.
  const start = items.at(0)?.seq ?? from;
  const end = items.at(-1)?.seq ?? to;
  const [earlier, later] = await Promise.all([
    (newestFirst && more) || exists(read, { from: stretch.from, to: Math.min(start - 1, stretch.to) }),
    (!newestFirst && more) || exists(read, { from: Math.max(end + 1, stretch.from), to: stretch.to }),
  ]);
  return { items, hasPreviousPage: earlier, hasNextPage: later };
}

/** The entry at the centre or the nearest, the older of two as near, and what stands beside it. */
async function readAround<T extends Placed>(
  read: Source<T>,
  { from, to }: Stretch,
  { centre, first, last }: HistoryRequest & { readonly centre: Centre<T> },
): Promise<Page<T>> {
  const alone = first === undefined && last === undefined;
  const later = alone ? usualSize : (first ?? 0);
  const earlier = alone ? usualSize : (last ?? 0);
  // One for the entry itself, one to see whether there is more.
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
