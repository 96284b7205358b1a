import { lastId, otherList } from './list-key.ts';

/** The position of a result in a search by prefixes: its smallest term that begins with the first prefix, and its id. */
export interface TermPlace {
  readonly term: string;
  readonly id: bigint;
}

/** Returns the key of a position in a list. */
export function keyOfPlace({ term, id }: TermPlace): string {
  return `${id} ${term}`;
}

/**
 * Returns where a list continues, or null for its beginning, and the prefixes in the order in which the list uses them. Throws
 * BAD_USER_INPUT (after) if the key belongs to another list.
 */
export function placeOf(
  asked: readonly string[],
  after: string | undefined,
): { readonly place: TermPlace | null; readonly prefixes: readonly string[] } {
  const place = after === undefined ? null : readPlace(after);
  // A list continues in the order in which it began: with the prefix that begins the term of its position.
  const prefixes = place === null ? asked : asked.toSorted((a, b) => begins(b, place) - begins(a, place));
  if (place !== null && begins(prefixes[0] ?? '', place) === 0) throw otherList();
  return { place, prefixes };
}

function readPlace(key: string): TermPlace {
  const [, id, term] = /^(\d{1,19}) (.{1,64})$/su.exec(key) ?? [];
  if (id === undefined || term === undefined || BigInt(id) > lastId) throw otherList();
  return { id: BigInt(id), term };
}

function begins(prefix: string, { term }: TermPlace): number {
  return Number(term.startsWith(prefix));
}
