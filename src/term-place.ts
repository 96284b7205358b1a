import { ChatError } from './errors.ts';

// The greatest BIGINT: beyond it a database would fail rather than find nothing.
const lastId = 2n ** 63n - 1n;

/** Where somebody, or something, stands in a search by the beginnings of words: at the smallest of their terms that begins with its first prefix. */
export interface TermPlace {
  readonly term: string;
  readonly id: bigint;
}

/** The key of a place in a list. */
export function keyOfPlace({ term, id }: TermPlace): string {
  return `${id} ${term}`;
}

/** Where a list goes on, null: at its beginning, and its prefixes in order if it goes on. Throws BAD_USER_INPUT (after) for a key of another list. */
export function placeOf(
  asked: readonly string[],
  after: string | undefined,
): { readonly place: TermPlace | null; readonly prefixes: readonly string[] } {
  const place = after === undefined ? null : readPlace(after);
  // A list goes on in the order in which it began: by the one prefix that begins the term where it stands.
  const prefixes = place === null ? asked : asked.toSorted((a, b) => begins(b, place) - begins(a, place));
  if (place !== null && begins(prefixes[0] ?? '', place) === 0) throw otherList();
  return { place, prefixes };
}

/** Refuses a key of another list. */
export function otherList(): ChatError {
  return new ChatError('BAD_USER_INPUT', 'This cursor does not belong to this list.', { field: ['after'] });
}

function readPlace(key: string): TermPlace {
  const [, id, term] = /^(\d{1,19}) (.{1,64})$/su.exec(key) ?? [];
  if (id === undefined || term === undefined || BigInt(id) > lastId) throw otherList();
  return { id: BigInt(id), term };
}

function begins(prefix: string, { term }: TermPlace): number {
  return Number(term.startsWith(prefix));
}
