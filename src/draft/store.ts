import { byKey, empty, inPieces, inSameStay, join, selectRows, sql, type Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import type { Draft, DraftPlace } from './draft.ts';

/** A row: what stands in a place, or what ended it. */
export interface DraftRow extends Omit<Draft, 'savedAt'> {
  /** null: there is no draft. */
  readonly savedAt: Date | null;
  /** When its user's devices are to be told of it; null: they are. */
  readonly tellAt: Date | null;
}

/** Names a place of a user's. */
export type OwnPlace = DraftPlace & { readonly userId: bigint };

function placeKey({ userId, conversationId, threadRootSeq }: OwnPlace): string {
  return `${userId}:${conversationId}:${threadRootSeq}`;
}

/** A row by its place. Governed by its user's account stream. */
export const draftRow: Fact<OwnPlace, DraftRow | null> = { name: 'draft', key: placeKey, read: readDrafts };

/** Rows in the order asked for; null where there is none. */
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

/** Whether there is a draft in a row. */
export function stands(row: DraftRow | null): row is DraftRow & Draft {
  return row !== null && row.savedAt !== null;
}

/** A draft without what is kept beside it. */
export function draftOf(row: DraftRow & Draft): Draft {
  const { tellAt: _, ...draft } = row;
  return draft;
}

/** Puts a row in place of the one that stands there, if one does. */
export async function putDraft(tx: Tx, row: DraftRow, before: DraftRow | null): Promise<void> {
  const { userId, conversationId, threadRootSeq, ...rest } = row;
  const place = { userId, conversationId, threadRootSeq };
  if (before === null) await tx.draft.create({ data: row });
  else await tx.draft.updateMany({ where: place, data: rest });
}

/** How many drafts a user has. Governed by their account stream. */
export const draftCount: Fact<bigint, number> = {
  name: 'draft count',
  key: String,
  read: (tx, userIds) => Promise.all(userIds.map((userId) => tx.draft.count({ where: { userId, savedAt: { not: null } } }))),
};

/** How many of them are of the stays that they are in. The rest they never see again. */
export const seenCount: Fact<bigint, number> = {
  name: 'drafts seen',
  key: String,
  read: (tx, userIds) =>
    Promise.all(
      userIds.map(async (userId) => {
        const [row] = await tx.$queryRaw<{ readonly drafts: bigint | number }[]>(
          sql`SELECT COUNT(*) AS drafts FROM Draft WHERE userId = ${userId} AND savedAt IS NOT NULL AND ${inSameStay('Draft', userId)}`,
        );
        return Number(row?.drafts ?? 0);
      }),
    ),
};

/** Removes a user's drafts of stays that are over. */
export async function deleteUnseen(tx: Tx, userId: bigint): Promise<void> {
  // What is seen no more, for whatever reason, may be read as null.
  await tx.$executeRaw(sql`DELETE FROM Draft WHERE userId = ${userId} AND savedAt IS NOT NULL
    AND CASE WHEN ${inSameStay('Draft', userId)} THEN 1 ELSE 0 END = 0`);
}

/** Its place in a list. */
export function draftKey({ savedAt, conversationId, threadRootSeq }: Pick<Draft, 'savedAt' | 'conversationId' | 'threadRootSeq'>): string {
  return `${savedAt.getTime()}:${conversationId}:${threadRootSeq}`;
}

// MariaDB would rather sort what it finds by the key.
const byTime = { index: 'Draft_userId_savedAt_conversationId_threadRootSeq_idx' };

/** The drafts that a user has in the conversations that they see, newest first, `first` at most. */
export async function listDrafts(
  tx: Tx,
  userId: bigint,
  { first, after }: { readonly first: number; readonly after?: string | undefined },
): Promise<readonly Draft[]> {
  const rest = sql`userId = ${userId} AND savedAt IS NOT NULL ${past(after)} AND ${inSameStay('Draft', userId)}
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

/** All drafts that are kept of a user, of whatever stay, past a place, by place. */
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
