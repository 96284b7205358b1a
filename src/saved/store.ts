import { byKey, empty, inPieces, isReadableSaved, join, selectRows, sql, type Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import type { MessageRef } from '../message/index.ts';
import type { SavedMessage, SavedRange } from './saved.ts';

/** The key of a saved message. */
type OwnRef = MessageRef & { readonly userId: bigint };

function ownKey({ userId, conversationId, seq }: OwnRef): string {
  return `${userId}:${conversationId}:${seq}`;
}

/** A saved message, of any membership. Guarded by the lock on its user's account stream. */
export const savedRow: Fact<OwnRef, SavedMessage | null> = { name: 'saved', key: ownKey, read: readSaved };

/** Returns rows in the order asked for; null if there is none. */
export async function readSaved(tx: Tx, refs: readonly OwnRef[]): Promise<readonly (SavedMessage | null)[]> {
  const rows = await inPieces(refs, (piece) => {
    const groups = [...Map.groupBy(piece, ({ userId, conversationId }) => `${userId}:${conversationId}`).values()];
    const either = groups.map((own) => {
      const [{ userId, conversationId } = { userId: 0n, conversationId: 0n }] = own;
      return sql`(userId = ${userId} AND conversationId = ${conversationId} AND seq IN (${join(own.map(({ seq }) => seq))}))`;
    });
    return selectRows(tx, 'SavedMessage', join(either, ' OR '), byKey);
  });
  const found = new Map(rows.map((row) => [ownKey(row), row]));
  return refs.map((ref) => found.get(ownKey(ref)) ?? null);
}

/** The number of a user's rows. Guarded by the lock on their account stream, except that retention deletes rows without it. */
export const savedCount: Fact<bigint, number> = {
  name: 'saved count',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map((userId) => tx.savedMessage.count({ where: { userId } }))),
};

/** The number of a user's rows whose message they see. They never see the others again. */
export const seenCount: Fact<bigint, number> = {
  name: 'saved and seen',
  key: String,
  read: (tx, userIds) =>
    Promise.all(
      userIds.map(async (userId) => {
        const [row] = await tx.$queryRaw<{ readonly saved: bigint | number }[]>(
          sql`SELECT COUNT(*) AS saved FROM SavedMessage WHERE userId = ${userId} AND ${isReadableSaved(userId)}`,
        );
        return Number(row?.saved ?? 0);
      }),
    ),
};

/** Deletes the rows whose message the user no longer sees. */
export async function deleteUnseen(tx: Tx, userId: bigint): Promise<void> {
  // CASE, because the condition may be NULL for a message that is not visible.
  await tx.$executeRaw(
    sql`DELETE FROM SavedMessage WHERE userId = ${userId} AND CASE WHEN ${isReadableSaved(userId)} THEN 1 ELSE 0 END = 0`,
  );
}

/** Inserts a row, or updates the one before. */
export async function putSaved(tx: Tx, row: SavedMessage, before: SavedMessage | null): Promise<void> {
  const { userId, conversationId, seq, ...rest } = row;
  if (before === null) await tx.savedMessage.create({ data: row });
  else await tx.savedMessage.updateMany({ where: { userId, conversationId, seq }, data: rest });
}

/** Deletes a row. */
export async function deleteSaved(tx: Tx, { userId, conversationId, seq }: OwnRef): Promise<void> {
  await tx.savedMessage.deleteMany({ where: { userId, conversationId, seq } });
}

/** Returns a saved message's cursor in a list. */
export function savedKey({ savedAt, conversationId, seq }: Pick<SavedMessage, 'savedAt' | 'conversationId' | 'seq'>): string {
  return `${savedAt.getTime()}:${conversationId}:${seq}`;
}

// Without these MariaDB finds the rows by the key and sorts them.
const byTime = { index: 'SavedMessage_userId_savedAt_conversationId_seq_idx' };
const byTimeThere = { index: 'SavedMessage_userId_conversationId_savedAt_seq_idx' };

/** Returns at most `first` saved messages that the user sees, newest first. */
export async function listSaved(tx: Tx, userId: bigint, { first, after, conversationId }: SavedRange): Promise<readonly SavedMessage[]> {
  // Names all columns of the index, because MySQL would sort otherwise.
  const [there, order] =
    conversationId === undefined
      ? [empty, sql`userId DESC, savedAt DESC, conversationId DESC, seq DESC`]
      : [sql`AND conversationId = ${conversationId}`, sql`userId DESC, conversationId DESC, savedAt DESC, seq DESC`];
  const rest = sql`userId = ${userId} ${there} ${past(after)} AND ${isReadableSaved(userId)} ORDER BY ${order} LIMIT ${first}`;
  return selectRows(tx, 'SavedMessage', rest, conversationId === undefined ? byTime : byTimeThere);
}

function past(after: string | undefined) {
  if (after === undefined) return empty;
  const [ms = '', id = '', place = ''] = after.split(':');
  const [savedAt, conversationId, seq] = [new Date(Number(ms)), BigInt(id), Number(place)];
  return sql`AND savedAt <= ${savedAt} AND (savedAt < ${savedAt}
    OR conversationId < ${conversationId} OR (conversationId = ${conversationId} AND seq < ${seq}))`;
}

/** Returns all rows of a user, of any membership, after a message, by message. */
export function allSaved(
  tx: Tx,
  userId: bigint,
  { first, after }: { readonly first: number; readonly after: MessageRef | null },
): Promise<readonly SavedMessage[]> {
  const { conversationId, seq } = after ?? { conversationId: 0n, seq: 0 };
  const rest = sql`userId = ${userId} AND conversationId >= ${conversationId} AND (conversationId > ${conversationId} OR seq > ${seq})
    ORDER BY conversationId, seq LIMIT ${first}`;
  return selectRows(tx, 'SavedMessage', rest);
}
