import { listedGroups, rarestOfGroups, searchGroups } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { filledPage } from '../filled-page.ts';
import { lastId, parseId } from '../list-key.ts';
import type { Listed, ListRequest } from '../page.ts';
import { prefixesOf } from '../term.ts';
import { keyOfPlace, placeOf } from '../term-place.ts';
import type { Conversation } from './conversation.ts';
import type { ReadingParts } from './conversation-reader.ts';
import type { Joining } from './joining.ts';
import type { JoiningParts } from './parts.ts';

type Parts = Pick<ReadingParts, 'db' | 'conversations'> & Pick<JoiningParts, 'config'>;

/** Counts a use of the directory and returns the function that reads its pages. Throws as Joining.directory does. */
export async function openDirectory(
  parts: Parts,
  search: string | null | undefined,
  count: () => Promise<void>,
): ReturnType<Joining['directory']> {
  if (!parts.config.groupDirectory) throw new ChatError('FORBIDDEN', 'This server has no directory of groups.');
  await count();
  // A blank search lists everything.
  const asked = search == null || search.trim() === '' ? null : search;
  return (request) => filledPage(request, (page) => readDirectory(parts, asked, page));
}

/** Reads a page of the directory: of a search for words by their beginnings, or of all listed groups. */
async function readDirectory(parts: Parts, search: string | null, page: ListRequest) {
  const asked = search === null ? null : prefixesOf(search);
  const { items: places, hasNextPage } = await (asked === null ? newestFirst(parts, page) : found(parts, asked, page));
  const groups = await parts.conversations(places.map(({ id }) => id));
  const items = places.flatMap(({ key }, place) => withKey(groups[place] ?? null, key));
  return { items, hasNextPage, end: places.at(-1)?.key };
}

type Places = Listed<{ readonly id: bigint }>;

async function newestFirst({ db }: Parts, { first, after }: ListRequest): Promise<Places> {
  const before = after === undefined ? lastId : parseId(after);
  const ids = await listedGroups(db.client, { before, limit: first + 1 });
  return { items: ids.slice(0, first).map((id) => ({ id, key: String(id) })), hasNextPage: ids.length > first };
}

async function found({ db: { client } }: Parts, asked: readonly string[], { first, after }: ListRequest): Promise<Places> {
  const { place, prefixes: named } = placeOf(asked, after);
  if (named.length === 0) return { items: [], hasNextPage: false };
  const prefixes = place === null ? await rarestOfGroups(client, named) : named;
  // One more than requested tells whether there is a next page.
  const places = await searchGroups(client, { prefixes, after: place, limit: first + 1 });
  return { items: places.slice(0, first).map((at) => ({ id: at.id, key: keyOfPlace(at) })), hasNextPage: places.length > first };
}

// Leaves out groups that were unlisted since their place was read.
function withKey(group: Conversation | null, key: string): readonly { readonly group: Conversation; readonly key: string }[] {
  return group?.listed ? [{ group, key }] : [];
}
