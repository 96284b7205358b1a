import { inPieces, type Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import type { MembershipRef } from './conversation.ts';
import type { JoinRequest } from './joining.ts';
import { readConversationRows, refKey } from './store.ts';

/** A request's row, whatever became of it. */
export type JoinRequestRow = Awaited<ReturnType<Tx['joinRequest']['findMany']>>[number];

/** PENDING, or what became of it. */
export type JoinRequestState = 'PENDING' | 'DECLINED' | 'CANCELLED' | 'JOINED' | 'DISSOLVED';

/** How a request stands that waits in the eyes of who asked. */
const waitingStates: readonly JoinRequestState[] = ['PENDING', 'DECLINED'];

/** True while a request waits in the eyes of who asked. */
export function isWaiting(row: JoinRequestRow | null): row is JoinRequestRow {
  return row !== null && waitingStates.some((state) => state === row.state);
}

/** True while a request waits in the eyes of those who answer. */
export function isOpen(row: JoinRequestRow | null): row is JoinRequestRow {
  return row?.state === 'PENDING';
}

/** A request that waits, as those who see it may know it. */
export function joinRequestOf(row: Omit<JoinRequestRow, 'state'> & { readonly state: string }): JoinRequest {
  const { conversationId, userId, note, createdAt, state } = row;
  return { conversationId, userId, note, createdAt, open: state === 'PENDING' };
}

/** A request's row. Governed by the group's stream. */
export const joinRequestRow: Fact<MembershipRef, JoinRequestRow | null> = { name: 'join request', key: refKey, read: readJoinRequests };

/** How many requests of a user wait in their eyes. Governed by their account stream, which every asking locks. */
export const waitingCount: Fact<bigint, number> = {
  name: 'join requests',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map(async (userId) => (await readWaiting(tx, userId)).length)),
};

/** Rows in the order asked for, whatever became of them; null where there never was one. */
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

/** All of a user's that wait in their eyes, newest first; there are few, by config MAX_JOIN_REQUESTS. What a dissolved group was asked is gone. */
export async function readWaiting(tx: Tx, userId: bigint): Promise<readonly JoinRequestRow[]> {
  const rows = await tx.joinRequest.findMany({ where: { userId, state: { in: [...waitingStates] } } });
  const groups = await readConversationRows(
    tx,
    rows.map(({ conversationId }) => conversationId),
  );
  return rows
    .filter((_, place) => groups[place]?.dissolvedAt === null)
    .toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime() || (one.conversationId < other.conversationId ? 1 : -1));
}

/** Puts a new request in the place of any earlier one of the same user there. */
export async function putJoinRequest(tx: Tx, { conversationId, userId, note, createdAt }: Omit<JoinRequest, 'open'>): Promise<void> {
  const fresh = { state: 'PENDING', note, createdAt } satisfies Partial<JoinRequestRow>;
  await tx.joinRequest.upsert({
    where: { conversationId_userId: { conversationId, userId } },
    create: { conversationId, userId, ...fresh },
    update: fresh,
  });
}

/** Says what became of a group's requests. */
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

/** Some of a group's that wait in the eyes of who asked. */
export function readWaitingIn(tx: Tx, conversationId: bigint, limit: number): Promise<JoinRequestRow[]> {
  return tx.joinRequest.findMany({ where: { conversationId, state: { in: [...waitingStates] } }, take: limit });
}
