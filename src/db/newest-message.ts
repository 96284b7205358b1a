import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** The seq of each conversation's newest message; conversations without one are absent. One look at the end of an index for each. */
export async function newestMessages(tx: Tx, conversationIds: readonly bigint[]): Promise<ReadonlyMap<bigint, number>> {
  const rows = await inPieces(conversationIds, (piece) =>
    tx.$queryRaw<{ id: bigint; seq: bigint | number | null }[]>(sql`
      SELECT s.id AS id, (SELECT m.seq FROM Message m WHERE m.conversationId = s.id ORDER BY m.seq DESC LIMIT 1) AS seq
      FROM Stream s WHERE s.id IN (${join([...piece])})`),
  );
  return new Map(rows.flatMap(({ id, seq }) => (seq === null ? [] : [[BigInt(id), Number(seq)] as const])));
}
