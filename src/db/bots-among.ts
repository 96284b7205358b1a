import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** Returns the ids of those users who are bots. No user becomes a bot, and none ceases to be a bot. */
export async function botsAmong(tx: Tx, userIds: readonly bigint[]): Promise<ReadonlySet<bigint>> {
  const rows = await inPieces([...new Set(userIds)], (piece) =>
    tx.$queryRaw<{ readonly id: bigint | number }[]>(sql`SELECT id FROM User WHERE id IN (${join(piece)}) AND bot = 1`),
  );
  return new Set(rows.map(({ id }) => BigInt(id)));
}
