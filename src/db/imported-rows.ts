import type { Db, Tx } from './db.ts';
import type { Kinds } from './kind.ts';
import { orRaise } from './or-raise.ts';
import { inPieces, writeInPieces } from './pieces.ts';
import { insertRows, rowTable } from './row-table.ts';
import { kindsOf } from './select.ts';
import { join, type Sql, sql } from './sql.ts';

type Dialect = Pick<Db, 'dialect'>;

/** What an import has stored under a key of 32 hexadecimal digits. */
export interface ImportedRow {
  readonly key: string;
  /** The user's account, the conversation, or the conversation of a message. */
  readonly streamId: bigint;
  /** Of a message; otherwise 0. */
  readonly seq: number;
}

const importedKinds = { id: 'bytes', streamId: 'id', seq: 'number' } as const satisfies Kinds;

/** Reads what is stored under these keys. Keys without a row are absent. */
export async function readImported(tx: Tx, keys: readonly string[]): Promise<ReadonlyMap<string, ImportedRow>> {
  const rows = await inPieces([...new Set(keys)], (piece) => tx.imported.findMany({ where: { id: { in: piece.map(bytesOf) } } }));
  return new Map(
    rows.map(({ id, ...row }) => {
      const key = Buffer.from(id).toString('hex');
      return [key, { ...row, key }];
    }),
  );
}

/** Inserts rows. If a key exists already, throws an error for which `isDuplicate` is true. */
export async function insertImported(db: Dialect, tx: Tx, rows: readonly ImportedRow[]): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    await insertRows(db, tx, {
      table: 'Imported',
      kinds: importedKinds,
      rows: piece.map(({ key, ...row }) => ({ ...row, id: bytesOf(key) })),
    });
  });
}

function bytesOf(key: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(key, 'hex'));
}

/** A conversation with imported messages that nobody is known to have read. */
export interface PendingRow {
  readonly conversationId: bigint;
  /** A member who has read up to here has read everything from before the import. */
  readonly fromSeq: number;
  readonly toSeq: number;
}

/**
 * Stores the range that an import has added to each conversation. If a conversation has a row already, `toSeq` moves; with `onlyNew`
 * nothing does.
 *
 * If somebody has sent a message since that row was written, `fromSeq` moves too: everything up to the given `fromSeq` then counts as from
 * before the import.
 */
export async function enterPending(
  { dialect }: Dialect,
  tx: Tx,
  rows: readonly PendingRow[],
  { onlyNew = false }: { readonly onlyNew?: boolean } = {},
): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    const values = piece.map(({ conversationId, fromSeq, toSeq }) => sql`(${conversationId}, ${fromSeq}, ${toSeq})`);
    const insert = sql`INSERT INTO ImportPending (conversationId, fromSeq, toSeq) VALUES ${join(values)}`;
    const from = (given: Sql) => sql`fromSeq = CASE WHEN ImportPending.toSeq < ${given} THEN ${given} ELSE ImportPending.fromSeq END`;
    await tx.$executeRaw(
      dialect === 'sqlite'
        ? sql`${insert} ON CONFLICT (conversationId) DO ${onlyNew ? sql`NOTHING` : sql`UPDATE SET ${from(sql`excluded.fromSeq`)}, toSeq = excluded.toSeq`}`
        : sql`${insert} ON DUPLICATE KEY UPDATE ${onlyNew ? sql`toSeq = toSeq` : sql`${from(sql`VALUES(fromSeq)`)}, toSeq = VALUES(toSeq)`}`,
    );
  });
}

/** Stores how far users have read conversations according to an import. The stored seq only rises. */
export async function raiseImportedReads(
  db: Dialect,
  tx: Tx,
  rows: readonly { readonly conversationId: bigint; readonly userId: bigint; readonly seq: number }[],
): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    const values = piece.map(({ conversationId, userId, seq }) => sql`(${conversationId}, ${userId}, ${seq})`);
    const insert = sql`INSERT INTO ImportedRead (conversationId, userId, seq) VALUES ${join(values)}`;
    await tx.$executeRaw(sql`${insert} ${orRaise(db, 'conversationId, userId', { seq: 'HIGHER' })}`);
  });
}

/** What had happened to a message before it was imported. */
export interface SettledMessage {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly editedAt: Date | null;
  readonly recalledAt: Date | null;
  readonly hasReactions: boolean;
}

const settledKinds = kindsOf('Message', ['conversationId', 'seq', 'editedAt', 'recalledAt', 'hasReactions']);

/** Sets these values on messages that the transaction has just inserted. */
export async function settleMessages(db: Dialect, tx: Tx, rows: readonly SettledMessage[]): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    const to = rowTable(db, settledKinds, piece);
    await tx.$executeRaw(
      db.dialect === 'sqlite'
        ? sql`UPDATE Message SET editedAt = v.editedAt, recalledAt = v.recalledAt, hasReactions = v.hasReactions
            FROM ${to} WHERE Message.conversationId = v.conversationId AND Message.seq = v.seq`
        : sql`UPDATE ${to} STRAIGHT_JOIN Message m FORCE INDEX (PRIMARY) ON m.conversationId = v.conversationId AND m.seq = v.seq
            SET m.editedAt = v.editedAt, m.recalledAt = v.recalledAt, m.hasReactions = v.hasReactions`,
    );
  });
}

/**
 * Raises how far members have read the threads that they take part in: to their read marker in the conversation, at most to `toSeq`. A
 * thread with an unread reply from before the import (up to `fromSeq`) stays as it is.
 */
export async function raiseThreadReads(
  tx: Tx,
  {
    conversationId,
    userIds,
    fromSeq,
    toSeq,
  }: { readonly conversationId: bigint; readonly userIds: readonly bigint[]; readonly fromSeq: number; readonly toSeq: number },
): Promise<void> {
  await writeInPieces(userIds, async (piece) => {
    const read = sql`(SELECT CASE WHEN m.readSeq < ${toSeq} THEN m.readSeq ELSE ${toSeq} END FROM Membership m
      WHERE m.conversationId = ThreadPart.conversationId AND m.userId = ThreadPart.userId)`;
    await tx.$executeRaw(sql`UPDATE ThreadPart SET readSeq = ${read}
      WHERE userId IN (${join([...piece])}) AND conversationId = ${conversationId} AND readSeq < ${read}
      AND (SELECT 1 FROM Reply r WHERE r.conversationId = ThreadPart.conversationId AND r.rootSeq = ThreadPart.rootSeq
        AND r.seq > ThreadPart.readSeq AND r.seq <= ${fromSeq} LIMIT 1) IS NULL`);
  });
}
