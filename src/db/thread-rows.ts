import type { Db, Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** Somebody who takes part in a thread, and the ordinal of the newest reply that they have read. */
export interface ThreadPartRow {
  readonly userId: bigint;
  readonly conversationId: bigint;
  readonly rootSeq: number;
  readonly readOrdinal: number;
}

/** Has users take part in threads, and raises how far they have read them; what is higher already stays. */
export async function enterThreads({ dialect }: Pick<Db, 'dialect'>, tx: Tx, rows: readonly ThreadPartRow[]): Promise<void> {
  await inPieces(rows, async (piece) => {
    const values = piece.map(
      ({ userId, conversationId, rootSeq, readOrdinal }) => sql`(${userId}, ${conversationId}, ${rootSeq}, ${readOrdinal})`,
    );
    const insert = sql`INSERT INTO ThreadPart (userId, conversationId, rootSeq, readOrdinal) VALUES ${join(values)}`;
    await tx.$executeRaw(
      dialect === 'sqlite'
        ? sql`${insert} ON CONFLICT (userId, conversationId, rootSeq)
            DO UPDATE SET readOrdinal = MAX(ThreadPart.readOrdinal, excluded.readOrdinal)`
        : sql`${insert} ON DUPLICATE KEY UPDATE readOrdinal = GREATEST(readOrdinal, VALUES(readOrdinal))`,
    );
    return [];
  });
}
