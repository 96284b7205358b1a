import { rarestOfUsers, searchUsers } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { filledPage } from '../filled-page.ts';
import type { ListRequest } from '../page.ts';
import { prefixesOf } from '../term.ts';
import { keyOfPlace, placeOf } from '../term-place.ts';
import type { UserParts } from './parts.ts';
import { readUsers } from './store.ts';
import type { Throttle } from './throttle.ts';
import type { User, Users, Viewer } from './user.ts';

/**
 * Counts a search for users by the beginnings of words, and returns a function that reads its pages. Throws the errors that Users.search
 * names.
 */
export async function search(
  parts: UserParts & { readonly throttle: Throttle },
  { userId }: Viewer,
  text: string,
): ReturnType<Users['search']> {
  if (!parts.config.search) throw new ChatError('FORBIDDEN', 'Searching users is currently turned off.');
  await parts.throttle.search(userId);
  const asked = prefixesOf(text);
  return (request) => filledPage(request, (page) => readFound(parts, asked, page));
}

/** Reads a page. Throws ChatError BAD_USER_INPUT (after) for a key of another list. */
async function readFound({ db }: UserParts, asked: readonly string[], { first, after }: ListRequest) {
  const { place, prefixes: named } = placeOf(asked, after);
  const prefixes = place === null ? await rarestOfUsers(db.client, named) : named;
  if (prefixes.length === 0) return { items: [], hasNextPage: false };
  // One more than asked for shows whether there is a next page.
  const places = await searchUsers(db.client, { prefixes, after: place, limit: first + 1 });
  const page = places.slice(0, first);
  const users = await readUsers(
    db.client,
    page.map(({ id }) => id),
  );
  const items = page.flatMap((at, index) => withKey(users[index] ?? null, keyOfPlace(at)));
  const last = page.at(-1);
  return { items, hasNextPage: places.length > first, end: last && keyOfPlace(last) };
}

function withKey(user: User | null, key: string): readonly { readonly user: User; readonly key: string }[] {
  return user === null || user.erased ? [] : [{ user, key }];
}
