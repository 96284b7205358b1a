import { inPieces, type Tx, writeInPieces } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { Notice, NoticeReach, PostedNotice } from './notice.ts';

/** A row of Notice. */
export interface NoticeRow extends PostedNotice {
  readonly clientNoticeId: string | null;
  /** The seq of its entry on the server's stream; null if it has none. */
  readonly seq: number | null;
}

type Stored = Awaited<ReturnType<Tx['notice']['findMany']>>[number];

function noticeRow({ id, audience, state, ...row }: Stored): NoticeRow {
  return { ...row, id: uuidText(id), audience: audience as NoticeRow['audience'], state: state as NoticeRow['state'] };
}

/** Returns rows in the order asked for; null if there is none. */
export async function readNotices(tx: Tx, ids: readonly string[]): Promise<readonly (NoticeRow | null)[]> {
  const rows = await tx.notice.findMany({ where: { id: { in: ids.map(uuidBytes) } } });
  const found = new Map(rows.map(noticeRow).map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}

/** A notice's row. Guarded by the lock on the server's stream. */
export const noticeFact: Fact<string, NoticeRow | null> = { name: 'notice', key: String, read: readNotices };

/** A creator's clientNoticeId for a notice; createdById is null for the command line. */
export interface MadeRef {
  readonly createdById: bigint | null;
  readonly clientNoticeId: string;
}

/** The notice under a clientNoticeId. Guarded by the lock on the server's stream. */
export const madeNotice: Fact<MadeRef, NoticeRow | null> = {
  name: 'notice made',
  key: ({ createdById, clientNoticeId }) => `${createdById}:${clientNoticeId}`,
  async read(tx, refs) {
    const rows = (await tx.notice.findMany({ where: { OR: refs.map((ref) => ({ ...ref })) } })).map(noticeRow);
    return refs.map((ref) => rows.find((row) => row.createdById === ref.createdById && row.clientNoticeId === ref.clientNoticeId) ?? null);
  },
};

/** Returns a notice as its recipients see it; null if it is not posted, or revoked. */
export function shownNotice({ id, title, body, state, postedAt }: PostedNotice): Notice | null {
  return state === 'POSTED' && postedAt !== null ? { id, title, body, postedAt } : null;
}

/** Inserts a notice, and its recipients if it is for some. */
export async function insertNotice(tx: Tx, { id, ...row }: NoticeRow, userIds: readonly bigint[]): Promise<void> {
  const noticeId = uuidBytes(id);
  await tx.notice.create({ data: { ...row, id: noticeId } });
  await writeInPieces(userIds, async (piece) => {
    await tx.noticeRecipient.createMany({ data: piece.map((userId) => ({ noticeId, userId })) });
  });
}

/** Updates the state of a notice. */
export async function updateNotice(
  tx: Tx,
  id: string,
  data: Partial<Pick<NoticeRow, 'state' | 'postedAt' | 'revokedAt' | 'seq'>>,
): Promise<void> {
  await tx.notice.update({ where: { id: uuidBytes(id) }, data });
}

/** The state of a notice for a recipient. */
export type RecipientState = 'WAITING' | 'POSTED' | 'REVOKED';

/** Returns at most `limit` recipients in a state, by id. */
export async function readRecipients(tx: Tx, id: string, { state, limit }: { readonly state: RecipientState; readonly limit: number }) {
  const where = { noticeId: uuidBytes(id), state };
  const rows = await tx.noticeRecipient.findMany({ where, orderBy: { userId: 'asc' }, take: limit, select: { userId: true } });
  return rows.map(({ userId }) => userId);
}

/** The key of a row of NoticeRecipient. */
interface PartRef {
  readonly noticeId: string;
  readonly userId: bigint;
}

/**
 * The state of a notice for a recipient, and whether their account is active; null if they are not a recipient. Guarded by the lock on
 * their account stream.
 */
export const recipientPart: Fact<PartRef, { readonly state: RecipientState; readonly there: boolean } | null> = {
  name: 'notice recipient',
  key: ({ noticeId, userId }) => `${noticeId}:${userId}`,
  async read(tx, refs) {
    const userIds = refs.map(({ userId }) => userId);
    const noticeIds = [...new Set(refs.map(({ noticeId }) => noticeId))].map(uuidBytes);
    const rows = await tx.noticeRecipient.findMany({ where: { noticeId: { in: noticeIds }, userId: { in: userIds } } });
    const there = new Set(await activeUsers(tx, userIds));
    const found = new Map(rows.map(({ noticeId, userId, state }) => [`${uuidText(noticeId)}:${userId}`, state as RecipientState]));
    return refs.map((ref) => {
      const state = found.get(recipientPart.key(ref));
      return state === undefined ? null : { state, there: there.has(ref.userId) };
    });
  },
};

/** A recipient of a notice to some. */
export interface NoticeRecipient {
  readonly userId: bigint;
  /** Whether their account is active. */
  readonly there: boolean;
}

/**
 * The recipients of a notice to some, in no particular order; empty for a notice to all. Guarded by the lock on the server's stream, except
 * that those whose account is erased leave without it.
 */
export const recipientsOf: Fact<string, readonly NoticeRecipient[]> = {
  name: 'notice recipients',
  key: String,
  async read(tx, ids) {
    const where = { noticeId: { in: ids.map(uuidBytes) } };
    const rows = await tx.noticeRecipient.findMany({ where, select: { noticeId: true, userId: true } });
    const there = new Set(await activeUsers(tx, [...new Set(rows.map(({ userId }) => userId))]));
    const found = Map.groupBy(rows, ({ noticeId }) => uuidText(noticeId));
    return ids.map((id) => (found.get(id) ?? []).map(({ userId }) => ({ userId, there: there.has(userId) })));
  },
};

/** Updates the state of a notice for some recipients. */
export async function updateRecipients(
  tx: Tx,
  id: string,
  userIds: readonly bigint[],
  data: { readonly state: RecipientState; readonly postedAt?: Date | null },
): Promise<void> {
  await tx.noticeRecipient.updateMany({ where: { noticeId: uuidBytes(id), userId: { in: [...userIds] } }, data });
}

/** Deletes recipients of a notice. */
export async function deleteRecipients(tx: Tx, id: string, userIds: readonly bigint[]): Promise<void> {
  await tx.noticeRecipient.deleteMany({ where: { noticeId: uuidBytes(id), userId: { in: [...userIds] } } });
}

/** Returns those of these users whose accounts are active, in no particular order. */
export function activeUsers(tx: Tx, ids: readonly bigint[]): Promise<readonly bigint[]> {
  return inPieces(ids, async (piece) => {
    const rows = await tx.user.findMany({ where: { id: { in: [...piece] }, state: 'ACTIVE' }, select: { id: true } });
    return rows.map(({ id }) => id);
  });
}

/** Returns users by their handles, in lower case. Handles that nobody has are left out. */
export async function usersByHandle(tx: Tx, handles: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
  const rows = await inPieces(handles, (piece) =>
    tx.user.findMany({ where: { handle: { in: [...piece] }, state: 'ACTIVE' }, select: { id: true, handle: true } }),
  );
  return new Map(rows.map(({ id, handle }) => [handle, id]));
}

/** Whether all of these were users once: ids with an account, erased or not, and handles that are kept back for whoever gave them up. */
export async function wereThere(
  tx: Tx,
  { userIds, handles }: { readonly userIds: readonly bigint[]; readonly handles: readonly string[] },
): Promise<boolean> {
  const [users, holds] = await Promise.all([
    inPieces(userIds, (piece) => tx.user.findMany({ where: { id: { in: [...piece] } }, select: { id: true } })),
    inPieces(handles, (piece) => tx.handleHold.findMany({ where: { handle: { in: [...piece] } }, select: { handle: true } })),
  ]);
  return users.length === new Set(userIds).size && holds.length === new Set(handles).size;
}

/** Returns notices created before the one with the id `after`, newest first. */
export async function listNotices(
  tx: Tx,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Promise<readonly NoticeRow[]> {
  const newest = { orderBy: { id: 'desc' as const }, take: limit };
  const rows = await (after === undefined
    ? tx.notice.findMany(newest)
    : tx.notice.findMany({ ...newest, cursor: { id: uuidBytes(after) }, skip: 1 }));
  return rows.map(noticeRow);
}

/** Returns, for each notice, the number of its recipients, and of those to whom it was delivered. */
export async function countRecipients(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, NoticeReach>> {
  const groups = await tx.noticeRecipient.groupBy({
    by: ['noticeId', 'state'],
    where: { noticeId: { in: ids.map(uuidBytes) } },
    _count: { _all: true },
  });
  const counts = new Map<string, NoticeReach>();
  for (const { noticeId, state, _count } of groups) {
    const id = uuidText(noticeId);
    const { recipients, handedOn } = counts.get(id) ?? { recipients: 0, handedOn: 0 };
    counts.set(id, { recipients: recipients + _count._all, handedOn: handedOn + (state === 'WAITING' ? 0 : _count._all) });
  }
  return counts;
}
