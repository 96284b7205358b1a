import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Block } from './block.ts';
import type { Contact, ContactPage, ContactPageRequest, ContactRequest, RequestDirection } from './contact.ts';
import { contactOf, requestOf } from './contact-store.ts';
import type { Viewer } from './user.ts';

/** Where a contact stands in `Contacts.list`, as the key that `after` takes: since when in ms, then the other's id, both descending. */
export function contactKey({ since, otherId }: Pick<Contact, 'since' | 'otherId'>): string {
  return `${since.getTime()}:${otherId}`;
}

/** Where a request stands in a user's `Contacts.requests`, as the key that `after` takes: when it was made in ms, then the other's id, both descending. */
export function contactRequestKey({ fromId, toId, createdAt }: Omit<ContactRequest, 'note'>, userId: bigint): string {
  return `${createdAt.getTime()}:${fromId === userId ? toId : fromId}`;
}

// Beyond them a database would fail rather than find nothing: the greatest DATETIME and BIGINT there are.
const lastTime = 253_402_300_799_999n;
const lastId = 2n ** 63n - 1n;

/** A place in one of the lists. */
interface Place {
  readonly at: Date;
  readonly otherId: bigint;
}

function parseKey(key: string | undefined): Place | null {
  if (key === undefined) return null;
  const [, ms = '', id = ''] = /^(\d{1,15}):(\d{1,19})$/.exec(key) ?? [];
  if (ms === '' || BigInt(ms) > lastTime || BigInt(id) > lastId) {
    throw new ChatError('BAD_USER_INPUT', 'This cursor does not belong to this list.', { field: ['after'] });
  }
  return { at: new Date(Number(ms)), otherId: BigInt(id) };
}

// What lies past a place is said as a range and an exception, so that the index is entered at the key.

/** A user's contacts, newest first. Throws BAD_USER_INPUT (after). */
export async function listContacts(
  tx: Tx,
  { userId }: Viewer,
  { first, after }: ContactPageRequest,
): Promise<ContactPage<{ readonly contact: Contact }>> {
  const place = parseKey(after);
  const past = place && { since: { lte: place.at }, OR: [{ since: { lt: place.at } }, { otherId: { lt: place.otherId } }] };
  const rows = await tx.contact.findMany({
    where: { userId, state: 'ACTIVE', ...past },
    orderBy: [{ since: 'desc' }, { otherId: 'desc' }],
    take: first + 1,
  });
  const items = rows.slice(0, first).map((row) => ({ contact: contactOf(row), key: contactKey(row) }));
  return { items, hasNextPage: rows.length > first };
}

/** Where a block stands in `Blocks.list`, as the key that `after` takes: since when in ms, then the other's id, both descending. */
export function blockListKey({ since, otherId }: Pick<Block, 'since' | 'otherId'>): string {
  return contactKey({ since, otherId });
}

/** Whom a user has blocked, newest first. Throws BAD_USER_INPUT (after). */
export async function listBlocks(
  tx: Tx,
  { userId }: Viewer,
  { first, after }: ContactPageRequest,
): Promise<ContactPage<{ readonly block: Block }>> {
  const place = parseKey(after);
  const past = place && { since: { lte: place.at }, OR: [{ since: { lt: place.at } }, { otherId: { lt: place.otherId } }] };
  const rows = await tx.block.findMany({
    where: { userId, state: 'ACTIVE', ...past },
    orderBy: [{ since: 'desc' }, { otherId: 'desc' }],
    take: first + 1,
  });
  const items = rows.slice(0, first).map((block) => ({ block, key: blockListKey(block) }));
  return { items, hasNextPage: rows.length > first };
}

/** A user's requests one way that wait, in their eyes, newest first. Throws BAD_USER_INPUT (after). */
export async function listRequests(
  tx: Tx,
  { userId }: Viewer,
  { direction, first, after }: ContactPageRequest & { readonly direction: RequestDirection },
): Promise<ContactPage<{ readonly request: ContactRequest }>> {
  const place = parseKey(after);
  const other = direction === 'INCOMING' ? 'fromId' : 'toId';
  const past = place && { createdAt: { lte: place.at }, OR: [{ createdAt: { lt: place.at } }, { [other]: { lt: place.otherId } }] };
  const rows = await tx.contactRequest.findMany({
    where: { ...waiting(userId, direction), ...past },
    orderBy: [{ createdAt: 'desc' }, { [other]: 'desc' }],
    take: first + 1,
  });
  const items = rows.slice(0, first).map((row) => ({ request: requestOf(row), key: contactRequestKey(row, userId) }));
  return { items, hasNextPage: rows.length > first };
}

/** How many requests one way wait in a user's eyes. */
export function countRequests(tx: Tx, { userId }: Viewer, direction: RequestDirection): Promise<number> {
  return tx.contactRequest.count({ where: waiting(userId, direction) });
}

function waiting(userId: bigint, direction: RequestDirection) {
  return direction === 'INCOMING' ? { toId: userId, toState: 'PENDING' } : { fromId: userId, fromState: 'PENDING' };
}
