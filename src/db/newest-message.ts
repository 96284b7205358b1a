import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

interface Newest {
  readonly id: bigint | number;
  readonly seq: bigint | number | null;
}

/**
 * The seq of each conversation's newest message; conversations without one are absent. With a constant for each, both databases take MAX
 * from the end of an index; correlated to a list of them, MariaDB may walk the whole table backwards.
 */
export async function newestMessages(tx: Tx, conversationIds: readonly bigint[]): Promise<ReadonlyMap<bigint, number>> {
  const rows = await inPieces(conversationIds, (piece) => {
    const selects = piece.map((id) => sql`SELECT ${id} AS id, (SELECT MAX(m.seq) FROM Message m WHERE m.conversationId = ${id}) AS seq`);
    return tx.$queryRaw<readonly Newest[]>(join(selects, ' UNION ALL '));
  });
  return new Map(rows.flatMap(({ id, seq }) => (seq === null ? [] : [[BigInt(id), Number(seq)] as const])));
}
