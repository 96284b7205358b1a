import { type Nicknamed, rarestOfUsers, readNicknamed, searchMembers } from '../db/index.ts';
import { foundTerms, prefixesOf } from '../term.ts';
import { keyOfPlace, otherList, placeOf, type TermPlace } from '../term-place.ts';
import { type Conversation, isUnbounded, type Membership, type Role } from './conversation.ts';
import type { GroupParts } from './parts.ts';
import { isActive, membershipOf, readMemberships } from './store.ts';

/** What a page costs at most. */
export interface MemberSearchBounds {
  /** Members, or words that begin so, that are looked up by key: past them a page ends, with less than it was asked for. */
  readonly lookedAt: number;
  /** Who have a nickname. Where more have, nobody is found by it. */
  readonly nicknamed: number;
}

// Measured: either takes some 5 ms, and on MariaDB 10. As many as a group has members where nobody has set otherwise, so that all of it is on the first page; few have a nickname.
const usualBounds: MemberSearchBounds = { lookedAt: 2_000, nicknamed: 1_000 };

/** Which members are looked for, and which page of them. */
export interface MemberSearchRequest {
  readonly search: string;
  readonly roles?: readonly Role[] | undefined;
  readonly first: number;
  readonly after?: string | undefined;
}

/** What a search for members has found. */
export interface FoundMemberPage {
  readonly items: readonly { readonly member: Membership; readonly key: string }[];
  /** From where it goes on; null: it has come to its end. */
  readonly endKey: string | null;
  /** Whether something was found before this page. */
  readonly hasPreviousPage: boolean;
}

/** A page of the members whose names begin so, ordered by the word that was found and id. Throws BAD_USER_INPUT (after). */
export async function findMembers(
  { db: { client }, config }: Pick<GroupParts, 'db' | 'config'>,
  { id: conversationId, memberCount }: Pick<Conversation, 'id' | 'memberCount'>,
  { search, roles, first, after }: MemberSearchRequest,
  { lookedAt, nicknamed: most }: MemberSearchBounds = usualBounds,
): Promise<FoundMemberPage> {
  const { key, hasPreviousPage } = parseKey(after);
  const { place, prefixes: named } = placeOf(prefixesOf(search), key);
  if (named.length === 0 || roles?.length === 0) return { items: [], endKey: null, hasPreviousPage: false };
  const prefixes = place === null ? await rarestOfUsers(client, named) : named;
  const members = roles === undefined || isUnbounded(roles) ? memberCount : config.maxAdmins + 1;
  const nicknamed = await readNicknamed(client, { conversationId, roles, most });
  // One more than asked for tells whether there is a next page.
  const asked = { conversationId, prefixes, after: place, limit: first + 1, roles, members, lookedAt };
  const { places, end } = await searchMembers(client, { ...asked, plain: nicknamed !== null });
  const within = nicknamedAt(nicknamed ?? [], prefixes).filter(
    (each) => (place === null || compare(each, place) > 0) && (end === null || compare(each, end) <= 0),
  );
  const found = [...places, ...within].toSorted(compare);
  const shown = found.slice(0, first);
  const goesOn = found.length > first ? (shown.at(-1) ?? null) : end;
  const rows = await readMemberships(
    client,
    shown.map(({ id: userId }) => ({ conversationId, userId })),
  );
  const items = shown.flatMap((each, index) => {
    const row = rows[index] ?? null;
    return isActive(row) ? [{ member: membershipOf(row), key: formatKey(each, true) }] : [];
  });
  return { items, endKey: goesOn && formatKey(goesOn, hasPreviousPage || items.length > 0), hasPreviousPage };
}

/** Where those with a nickname stand who are found, whether by that or by their own names. */
function nicknamedAt(people: readonly Nicknamed[], prefixes: readonly string[]): readonly TermPlace[] {
  const [first = ''] = prefixes;
  return people.flatMap(({ userId, nickname, handle, displayName }) => {
    const terms = foundTerms(prefixes, { handle, names: [displayName, nickname] });
    if (terms === null) return [];
    const [term = first] = terms.filter((each) => each.startsWith(first)).toSorted(compareTerms);
    return [{ term, id: userId }];
  });
}

function compare(one: TermPlace, other: TermPlace): number {
  return compareTerms(one.term, other.term) || (one.id < other.id ? -1 : Number(one.id > other.id));
}

// As both databases do, by bytes.
function compareTerms(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function formatKey(place: TermPlace, found: boolean): string {
  return `${Number(found)} ${keyOfPlace(place)}`;
}

function parseKey(after: string | undefined): { readonly key: string | undefined; readonly hasPreviousPage: boolean } {
  if (after === undefined) return { key: undefined, hasPreviousPage: false };
  if (!/^[01] /.test(after)) throw otherList();
  return { key: after.slice(2), hasPreviousPage: after.startsWith('1') };
}
