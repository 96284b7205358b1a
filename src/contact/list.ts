import type { Tx } from '../db/index.ts';
import { lastTime, parsePlace } from '../list-key.ts';
import type { Listed, ListRequest } from '../page.ts';
import type { Viewer } from '../user/index.ts';
import type { Block } from './block.ts';
import type { Contact, ContactRequest, RequestDirection } from './contact.ts';
import { contactOf, requestOf } from './store.ts';

/**
 * Returns a contact's position in `Contacts.list`, as the key for `after`: the time since when it exists in ms, then the other user's id,
 * both descending.
 */
export function contactKey({ since, otherId }: Pick<Contact, 'since' | 'otherId'>): string {
  return `${since.getTime()}:${otherId}`;
}

/**
 * Returns a request's position in a user's `Contacts.requests`, as the key for `after`: the time of the request in ms, then the other
 * user's id, both descending.
 */
export function contactRequestKey({ fromId, toId, createdAt }: Omit<ContactRequest, 'note'>, userId: bigint): string {
  return `${createdAt.getTime()}:${fromId === userId ? toId : fromId}`;
}

/**
 * Returns the condition for rows after a position. A range and an exception, so that the database enters the index at the key. Throws
 * BAD_USER_INPUT (after).
 */
function past<At extends string, Other extends string>(after: string | undefined, at: At, other: Other) {
  if (after === undefined) return null;
  const [ms, id] = parsePlace(after, lastTime);
  const time = new Date(ms);
  return { [at]: { lte: time }, OR: [{ [at]: { lt: time } }, { [other]: { lt: id } }] };
}

/** Returns a page of the rows that were read for it: one more than `first`, if there is one. */
function pageOf<R, T>(rows: readonly R[], first: number, itemOf: (row: R) => T) {
  return { items: rows.slice(0, first).map(itemOf), hasNextPage: rows.length > first };
}

/** Lists a user's contacts, newest first. Throws ChatError BAD_USER_INPUT (after). */
export async function listContacts(
  tx: Tx,
  { userId }: Viewer,
  { first, after }: ListRequest,
): Promise<Listed<{ readonly contact: Contact }>> {
  const rows = await tx.contact.findMany({
    where: { userId, state: 'ACTIVE', ...past(after, 'since', 'otherId') },
    orderBy: [{ since: 'desc' }, { otherId: 'desc' }],
    take: first + 1,
  });
  return pageOf(rows, first, (row) => ({ contact: contactOf(row), key: contactKey(row) }));
}

/**
 * Returns a block's position in `Blocks.list`, as the key for `after`: the time since when it stands in ms, then the other user's id, both
 * descending.
 */
export function blockListKey({ since, otherId }: Pick<Block, 'since' | 'otherId'>): string {
  return contactKey({ since, otherId });
}

/** Lists a user's blocks, newest first. Throws ChatError BAD_USER_INPUT (after). */
export async function listBlocks(tx: Tx, { userId }: Viewer, { first, after }: ListRequest): Promise<Listed<{ readonly block: Block }>> {
  const rows = await tx.block.findMany({
    where: { userId, state: 'ACTIVE', ...past(after, 'since', 'otherId') },
    orderBy: [{ since: 'desc' }, { otherId: 'desc' }],
    take: first + 1,
  });
  return pageOf(rows, first, (block) => ({ block, key: blockListKey(block) }));
}

/**
 * Lists a user's requests in one direction that are pending as that user sees them, newest first. Throws ChatError BAD_USER_INPUT (after).
 */
export async function listRequests(
  tx: Tx,
  { userId }: Viewer,
  { direction, first, after }: ListRequest & { readonly direction: RequestDirection },
): Promise<Listed<{ readonly request: ContactRequest }>> {
  const other = direction === 'INCOMING' ? 'fromId' : 'toId';
  const rows = await tx.contactRequest.findMany({
    where: { ...waiting(userId, direction), ...past(after, 'createdAt', other) },
    orderBy: [{ createdAt: 'desc' }, { [other]: 'desc' }],
    take: first + 1,
  });
  return pageOf(rows, first, (row) => ({ request: requestOf(row), key: contactRequestKey(row, userId) }));
}

/** Counts a user's requests in one direction that are pending as that user sees them. */
export function countRequests(tx: Tx, { userId }: Viewer, direction: RequestDirection): Promise<number> {
  return tx.contactRequest.count({ where: waiting(userId, direction) });
}

function waiting(userId: bigint, direction: RequestDirection) {
  return direction === 'INCOMING' ? { toId: userId, toState: 'PENDING' } : { fromId: userId, fromState: 'PENDING' };
}
