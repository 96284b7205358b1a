import type { Db, Tx } from './db.ts';
import { orRaise } from './or-raise.ts';
import { writeInPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A reply, and the thread that it is in. */
export interface ReplyRow {
  readonly conversationId: bigint;
  readonly rootSeq: number;
  readonly seq: number;
  readonly senderId: bigint;
}

/** Inserts replies, many rows per statement. */
export async function insertReplies(tx: Tx, rows: readonly ReplyRow[]): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    const values = piece.map(({ conversationId, rootSeq, seq, senderId }) => sql`(${conversationId}, ${rootSeq}, ${seq}, ${senderId})`);
    await tx.$executeRaw(sql`INSERT INTO Reply (conversationId, rootSeq, seq, senderId) VALUES ${join(values)}`);
  });
}

/** A user who takes part in a thread, and the seq of the newest reply that they have read. */
export interface ThreadPartRow {
  readonly userId: bigint;
  readonly conversationId: bigint;
  readonly rootSeq: number;
  readonly readSeq: number;
  /** seq of their first reply. 0: they began the thread. */
  readonly sinceSeq: number;
}

/**
 * Makes users participants of threads and raises how far they have read them. A higher `readSeq` and a lower `sinceSeq` that are stored
 * already stay.
 */
export async function enterThreads(db: Pick<Db, 'dialect'>, tx: Tx, rows: readonly ThreadPartRow[]): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    const values = piece.map(
      ({ userId, conversationId, rootSeq, readSeq, sinceSeq }) => sql`(${userId}, ${conversationId}, ${rootSeq}, ${readSeq}, ${sinceSeq})`,
    );
    const insert = sql`INSERT INTO ThreadPart (userId, conversationId, rootSeq, readSeq, sinceSeq) VALUES ${join(values)}`;
    await tx.$executeRaw(sql`${insert} ${orRaise(db, 'userId, conversationId, rootSeq', { readSeq: 'HIGHER', sinceSeq: 'LOWER' })}`);
  });
}
