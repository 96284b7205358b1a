import { byKey, empty, inCurrentMembership, inPieces, join, selectRows, sql, type Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import type { ListRequest } from '../page.ts';
import type { Draft, DraftPlace } from './draft.ts';

/** A row of Draft: a draft, or what ended it. */
export interface DraftRow extends Omit<Draft, 'savedAt'> {
  /** Null if there is no draft. */
  readonly savedAt: Date | null;
  /** When the user's devices are to be told of it; null if they have been. */
  readonly tellAt: Date | null;
}

/** The key of a draft: a user and a place. */
export type OwnPlace = DraftPlace & { readonly userId: bigint };

function placeKey({ userId, conversationId, threadRootSeq }: OwnPlace): string {
  return `${userId}:${conversationId}:${threadRootSeq}`;
}

/** A row by its place. Guarded by the lock on its user's account stream. */
export const draftRow: Fact<OwnPlace, DraftRow | null> = { name: 'draft', key: placeKey, read: readDrafts };

/** Returns rows in the order asked for; null if there is none. */
export async function readDrafts(tx: Tx, places: readonly OwnPlace[]): Promise<readonly (DraftRow | null)[]> {
  const rows = await inPieces(places, (piece) => {
    const either = piece.map(
      ({ userId, conversationId, threadRootSeq }) =>
        sql`(userId = ${userId} AND conversationId = ${conversationId} AND threadRootSeq = ${threadRootSeq})`,
    );
    return selectRows(tx, 'Draft', join(either, ' OR '), byKey);
  });
  const found = new Map(rows.map((row) => [placeKey(row), row]));
  return places.map((place) => found.get(placeKey(place)) ?? null);
}

/** Whether a row has a draft. */
export function stands(row: DraftRow | null): row is DraftRow & Draft {
  return row !== null && row.savedAt !== null;
}

/** Returns the draft of a row. */
export function draftOf(row: DraftRow & Draft): Draft {
  const { tellAt: _, ...draft } = row;
  return draft;
}

/** Inserts a row, or updates the one before. */
export async function putDraft(tx: Tx, row: DraftRow, before: DraftRow | null): Promise<void> {
  const { userId, conversationId, threadRootSeq, ...rest } = row;
  const place = { userId, conversationId, threadRootSeq };
  if (before === null) await tx.draft.create({ data: row });
  else await tx.draft.updateMany({ where: place, data: rest });
}

/** The number of a user's drafts. Guarded by the lock on their account stream. */
export const draftCount: Fact<bigint, number> = {
  name: 'draft count',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map((userId) => tx.draft.count({ where: { userId, savedAt: { not: null } } }))),
};

/** The number of a user's drafts that belong to their current memberships. They never see the others again. */
export const seenCount: Fact<bigint, number> = {
  name: 'drafts seen',
  key: String,
  read: (tx, userIds) =>
    Promise.all(
      userIds.map(async (userId) => {
        const [row] = await tx.$queryRaw<{ readonly drafts: bigint | number }[]>(
          sql`SELECT COUNT(*) AS drafts FROM Draft WHERE userId = ${userId} AND savedAt IS NOT NULL AND ${inCurrentMembership('Draft', userId)}`,
        );
        return Number(row?.drafts ?? 0);
      }),
    ),
};

/** The number of a user's rows without a draft. Guarded by the lock on their account stream. */
export const endCount: Fact<bigint, number> = {
  name: 'ended drafts',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map((userId) => tx.draft.count({ where: { userId, savedAt: null } }))),
};

/** Deletes a user's rows without a draft, except for the `kept` that were ended last. */
export async function deleteOldEnds(tx: Tx, userId: bigint, kept: number): Promise<void> {
  const where = { userId, savedAt: null };
  const [newest] = await tx.draft.findMany({ where, orderBy: { writtenAt: 'desc' }, skip: kept, take: 1, select: { writtenAt: true } });
  if (newest !== undefined) await tx.draft.deleteMany({ where: { ...where, writtenAt: { lte: newest.writtenAt } } });
}

/** Deletes a user's drafts of past memberships. */
export async function deleteUnseen(tx: Tx, userId: bigint): Promise<void> {
  // CASE, because the condition may be NULL for a draft that is not visible.
  await tx.$executeRaw(sql`DELETE FROM Draft WHERE userId = ${userId} AND savedAt IS NOT NULL
    AND CASE WHEN ${inCurrentMembership('Draft', userId)} THEN 1 ELSE 0 END = 0`);
}

/** Returns a draft's cursor in a list. */
export function draftKey({ savedAt, conversationId, threadRootSeq }: Pick<Draft, 'savedAt' | 'conversationId' | 'threadRootSeq'>): string {
  return `${savedAt.getTime()}:${conversationId}:${threadRootSeq}`;
}

// Without it MariaDB finds the rows by the key and sorts them.
const byTime = { index: 'Draft_userId_savedAt_conversationId_threadRootSeq_idx' };

/** Returns at most `first` drafts of a user in conversations that they see, newest first. */
export async function listDrafts(tx: Tx, userId: bigint, { first, after }: ListRequest): Promise<readonly Draft[]> {
  const rest = sql`userId = ${userId} AND savedAt IS NOT NULL ${past(after)} AND ${inCurrentMembership('Draft', userId)}
    ORDER BY userId DESC, savedAt DESC, conversationId DESC, threadRootSeq DESC LIMIT ${first}`;
  return (await selectRows(tx, 'Draft', rest, byTime)).filter(stands).map(draftOf);
}

function past(after: string | undefined) {
  if (after === undefined) return empty;
  const [ms = '', id = '', rootSeq = ''] = after.split(':');
  const [savedAt, conversationId, threadRootSeq] = [new Date(Number(ms)), BigInt(id), Number(rootSeq)];
  return sql`AND savedAt <= ${savedAt} AND (savedAt < ${savedAt}
    OR conversationId < ${conversationId} OR (conversationId = ${conversationId} AND threadRootSeq < ${threadRootSeq}))`;
}

/** Returns all stored drafts of a user, of any membership, after a place, by place. */
export async function allDrafts(
  tx: Tx,
  userId: bigint,
  { first, after }: { readonly first: number; readonly after: DraftPlace | null },
): Promise<readonly Draft[]> {
  const { conversationId, threadRootSeq } = after ?? { conversationId: 0n, threadRootSeq: 0 };
  const rest = sql`userId = ${userId} AND savedAt IS NOT NULL AND conversationId >= ${conversationId}
    AND (conversationId > ${conversationId} OR threadRootSeq > ${threadRootSeq}) ORDER BY conversationId, threadRootSeq LIMIT ${first}`;
  return (await selectRows(tx, 'Draft', rest)).filter(stands).map(draftOf);
}
