import type { Tx } from './db.ts';
import { writeInPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A mention, which counts from the entry `seq` on. */
export interface MentionRow {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly seq: number;
  readonly messageSeq: number;
  readonly byId: bigint;
}

/** Inserts mentions, many rows per statement: a message may have fifty, and a commit hundreds of messages. */
export async function insertMentions(tx: Tx, rows: readonly MentionRow[]): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    const values = piece.map(
      ({ conversationId, userId, seq, messageSeq, byId }) => sql`(${conversationId}, ${userId}, ${seq}, ${messageSeq}, ${byId})`,
    );
    await tx.$executeRaw(sql`INSERT INTO Mention (conversationId, userId, seq, messageSeq, byId) VALUES ${join(values)}`);
  });
}
