import type { Db, Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A reply, and the thread it stands in. */
export interface ReplyRow {
  readonly conversationId: bigint;
  readonly rootSeq: number;
  readonly seq: number;
  readonly senderId: bigint;
}

/** Inserts replies, many rows a statement. */
export async function insertReplies(tx: Tx, rows: readonly ReplyRow[]): Promise<void> {
  await inPieces(rows, async (piece) => {
    const values = piece.map(({ conversationId, rootSeq, seq, senderId }) => sql`(${conversationId}, ${rootSeq}, ${seq}, ${senderId})`);
    await tx.$executeRaw(sql`INSERT INTO Reply (conversationId, rootSeq, seq, senderId) VALUES ${join(values)}`);
    return [];
  });
}

/** Somebody who takes part in a thread, and the seq of the newest reply that they have read. */
export interface ThreadPartRow {
  readonly userId: bigint;
  readonly conversationId: bigint;
  readonly rootSeq: number;
  readonly readSeq: number;
}

/** Has users take part in threads, and raises how far they have read them; what is higher already stays. */
export async function enterThreads({ dialect }: Pick<Db, 'dialect'>, tx: Tx, rows: readonly ThreadPartRow[]): Promise<void> {
  await inPieces(rows, async (piece) => {
    const values = piece.map(({ userId, conversationId, rootSeq, readSeq }) => sql`(${userId}, ${conversationId}, ${rootSeq}, ${readSeq})`);
    const insert = sql`INSERT INTO ThreadPart (userId, conversationId, rootSeq, readSeq) VALUES ${join(values)}`;
    await tx.$executeRaw(
      dialect === 'sqlite'
        ? sql`${insert} ON CONFLICT (userId, conversationId, rootSeq)
            DO UPDATE SET readSeq = MAX(ThreadPart.readSeq, excluded.readSeq)`
        : sql`${insert} ON DUPLICATE KEY UPDATE readSeq = GREATEST(readSeq, VALUES(readSeq))`,
    );
    return [];
  });
}
