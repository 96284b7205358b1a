import { compareIds } from '../compare-ids.ts';
import { inPieces, type Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import type { MembershipRef } from './conversation.ts';
import type { JoinRequest } from './joining.ts';
import { readConversationRows, refKey } from './store.ts';

/** The row of a request, in any state. */
export type JoinRequestRow = Awaited<ReturnType<Tx['joinRequest']['findMany']>>[number];

/** PENDING, or how the request ended. */
export type JoinRequestState = 'PENDING' | 'DECLINED' | 'CANCELLED' | 'JOINED' | 'DISSOLVED';

/** The states in which the requester sees the request as pending. They are not told that it was declined. */
const waitingStates: readonly JoinRequestState[] = ['PENDING', 'DECLINED'];

/** Whether the request is pending for the requester. */
export function isWaiting(row: JoinRequestRow | null): row is JoinRequestRow {
  return row !== null && waitingStates.some((state) => state === row.state);
}

/** Whether the request is open for those who may answer. */
export function isOpen(row: JoinRequestRow | null): row is JoinRequestRow {
  return row?.state === 'PENDING';
}

/** Makes a request that is pending for the requester from its row, as users may see it. */
export function joinRequestOf(row: Omit<JoinRequestRow, 'state'> & { readonly state: string }): JoinRequest {
  const { conversationId, userId, note, createdAt, state } = row;
  return { conversationId, userId, note, createdAt, open: state === 'PENDING' };
}

/** The row of a request. It changes only under the lock of the group's stream. */
export const joinRequestRow: Fact<MembershipRef, JoinRequestRow | null> = { name: 'join request', key: refKey, read: readJoinRequests };

/** How many requests are pending for a user. It rises only under the lock of their account stream, which every request takes. */
export const waitingCount: Fact<bigint, number> = {
  name: 'join requests',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map(async (userId) => (await readWaiting(tx, userId)).length)),
};

/** Reads requests in any state. Results are in the order of `refs`; null if there is none. */
export async function readJoinRequests(tx: Tx, refs: readonly MembershipRef[]): Promise<readonly (JoinRequestRow | null)[]> {
  const rows = await inPieces(refs, (piece) => {
    const OR = [...Map.groupBy(piece, ({ conversationId }) => conversationId)].map(([conversationId, own]) => ({
      conversationId,
      userId: { in: own.map(({ userId }) => userId) },
    }));
    return tx.joinRequest.findMany({ where: { OR } });
  });
  const found = new Map(rows.map((row) => [refKey(row), row]));
  return refs.map((ref) => found.get(refKey(ref)) ?? null);
}

/**
 * Reads all requests that are pending for a user, newest first, without those to dissolved groups. They are few, by config
 * MAX_JOIN_REQUESTS.
 */
export async function readWaiting(tx: Tx, userId: bigint): Promise<readonly JoinRequestRow[]> {
  const rows = await tx.joinRequest.findMany({ where: { userId, state: { in: [...waitingStates] } } });
  const groups = await readConversationRows(
    tx,
    rows.map(({ conversationId }) => conversationId),
  );
  return rows
    .filter((_, place) => groups[place]?.dissolvedAt === null)
    .toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime() || compareIds(other.conversationId, one.conversationId));
}

/** Stores a new request in place of any earlier one of the same user in the group. */
export async function putJoinRequest(tx: Tx, { conversationId, userId, note, createdAt }: Omit<JoinRequest, 'open'>): Promise<void> {
  const fresh = { state: 'PENDING', note, createdAt } satisfies Partial<JoinRequestRow>;
  await tx.joinRequest.upsert({
    where: { conversationId_userId: { conversationId, userId } },
    create: { conversationId, userId, ...fresh },
    update: fresh,
  });
}

/** Sets the state of users' pending requests in a group. */
export async function settleJoinRequests(
  tx: Tx,
  { conversationId, userIds }: { readonly conversationId: bigint; readonly userIds: readonly bigint[] },
  state: JoinRequestState,
): Promise<void> {
  if (userIds.length === 0) return;
  await tx.joinRequest.updateMany({
    where: { conversationId, userId: { in: [...userIds] }, state: { in: [...waitingStates] } },
    data: { state },
  });
}

/** Reads up to `limit` requests in a group that are pending for their requesters. */
export function readWaitingIn(tx: Tx, conversationId: bigint, limit: number): Promise<JoinRequestRow[]> {
  return tx.joinRequest.findMany({ where: { conversationId, state: { in: [...waitingStates] } }, take: limit });
}
