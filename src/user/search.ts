import { rarestFirst, searchUsers, type UserPlace } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { UserParts } from './parts.ts';
import { readUsers } from './store.ts';
import { prefixesOf } from './term.ts';
import type { Throttle } from './throttle.ts';
import type { User, UserPage, Users, Viewer } from './user.ts';

/** Counts a search by the beginnings of words, and answers what reads its pages. Throws as Users.search says. */
export async function search(
  parts: UserParts & { readonly throttle: Throttle },
  { userId }: Viewer,
  text: string,
): ReturnType<Users['search']> {
  if (!parts.config.search) throw new ChatError('FORBIDDEN', 'Nobody can search at the moment.');
  await parts.throttle.search(userId);
  const asked = prefixesOf(text);
  return (page) => readFound(parts, asked, page);
}

/** Throws BAD_USER_INPUT (after) for a key that this never gave. */
async function readFound(
  { db }: UserParts,
  asked: readonly string[],
  { first, after }: { readonly first: number; readonly after?: string | undefined },
): Promise<UserPage> {
  const { place, prefixes: named } = placeOf(asked, after);
  const prefixes = place === null ? await rarestFirst(db.client, named) : named;
  if (prefixes.length === 0) return { items: [], hasNextPage: false };
  // One more than asked for tells whether there is a next page.
  const places = await searchUsers(db.client, { prefixes, after: place, limit: first + 1 });
  const page = places.slice(0, first);
  const users = await readUsers(
    db.client,
    page.map(({ userId }) => userId),
  );
  const items = page.flatMap(({ term, userId }, index) => withKey(users[index] ?? null, `${userId} ${term}`));
  return { items, hasNextPage: places.length > first };
}

/** A place in a search. */
export type SearchPlace = UserPlace;

/** Where a list goes on, null: at its beginning, and its prefixes in order if it goes on. Throws BAD_USER_INPUT (after) for a key of another list. */
export function placeOf(
  asked: readonly string[],
  after: string | undefined,
): { readonly place: UserPlace | null; readonly prefixes: readonly string[] } {
  const place = after === undefined ? null : readPlace(after);
  // A list goes on in the order in which it began: by the one prefix that begins the term where it stands.
  const prefixes = place === null ? asked : asked.toSorted((a, b) => begins(b, place) - begins(a, place));
  if (place !== null && begins(prefixes[0] ?? '', place) === 0) throw otherList();
  return { place, prefixes };
}

function withKey(user: User | null, key: string): readonly { readonly user: User; readonly key: string }[] {
  return user === null || user.erased ? [] : [{ user, key }];
}

function readPlace(key: string): UserPlace {
  const [, userId, term] = /^(\d{1,19}) (.{1,64})$/su.exec(key) ?? [];
  if (userId === undefined || term === undefined) throw otherList();
  return { userId: BigInt(userId), term };
}

function begins(prefix: string, { term }: UserPlace): number {
  return Number(term.startsWith(prefix));
}

function otherList(): ChatError {
  return new ChatError('BAD_USER_INPUT', 'This cursor is of another list.', { field: ['after'] });
}
