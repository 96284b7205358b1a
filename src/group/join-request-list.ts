import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { joinRequestOf, readWaiting } from './join-request-store.ts';
import type { JoinRequest, RequestPage, RequestsListed } from './joining.ts';

/** Where a request stands in its group's list, as the key that `after` takes: when it was made in ms, then who asks, both descending. */
export function joinRequestKey({ createdAt, userId }: Pick<JoinRequest, 'createdAt' | 'userId'>): string {
  return `${createdAt.getTime()}:${userId}`;
}

/** Where a request stands in the list of who asked: when it was made in ms, then the group, both descending. */
export function ownJoinRequestKey({ createdAt, conversationId }: Pick<JoinRequest, 'createdAt' | 'conversationId'>): string {
  return `${createdAt.getTime()}:${conversationId}`;
}

// Beyond them a database would fail rather than find nothing: the greatest DATETIME and BIGINT there are.
const lastTime = 253_402_300_799_999n;
const lastId = 2n ** 63n - 1n;

interface Place {
  readonly at: Date;
  readonly id: bigint;
}

function parseKey(key: string | undefined): Place | null {
  if (key === undefined) return null;
  const [, ms = '', id = ''] = /^(\d{1,15}):(\d{1,19})$/.exec(key) ?? [];
  if (ms === '' || BigInt(ms) > lastTime || BigInt(id) > lastId) {
    throw new ChatError('BAD_USER_INPUT', 'This is no cursor of this list.', { field: ['after'] });
  }
  return { at: new Date(Number(ms)), id: BigInt(id) };
}

/** Requests that wait for a group's answer, newest first. Throws BAD_USER_INPUT (after). */
export async function listRequestsIn(tx: Tx, conversationId: bigint, { first, after }: RequestPage): Promise<RequestsListed> {
  const place = parseKey(after);
  // Said as a range and an exception, so that the index is entered at the key.
  const past = place && { createdAt: { lte: place.at }, OR: [{ createdAt: { lt: place.at } }, { userId: { lt: place.id } }] };
  const rows = await tx.joinRequest.findMany({
    where: { conversationId, state: 'PENDING', ...past },
    orderBy: [{ createdAt: 'desc' }, { userId: 'desc' }],
    take: first + 1,
  });
  const items = rows.slice(0, first).map((row) => ({ request: joinRequestOf(row), key: joinRequestKey(row) }));
  return { items, hasNextPage: rows.length > first };
}

/** How many wait for a group's answer. */
export function countRequestsIn(tx: Tx, conversationId: bigint): Promise<number> {
  return tx.joinRequest.count({ where: { conversationId, state: 'PENDING' } });
}

/** A user's own requests that wait in their eyes, newest first. Throws BAD_USER_INPUT (after). */
export async function listOwnRequests(tx: Tx, userId: bigint, { first, after }: RequestPage): Promise<RequestsListed> {
  const place = parseKey(after);
  const all = await readWaiting(tx, userId);
  const rest =
    place === null
      ? all
      : all.filter((row) => row.createdAt < place.at || (row.createdAt.getTime() === place.at.getTime() && row.conversationId < place.id));
  const items = rest.slice(0, first).map((row) => ({ request: joinRequestOf(row), key: ownJoinRequestKey(row) }));
  return { items, hasNextPage: rest.length > first };
}
