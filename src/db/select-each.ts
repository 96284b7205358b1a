import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, type Sql, sql } from './sql.ts';

/**
 * Runs a SELECT for each of these keys, in one statement for some hundred of them. Returns the rows of each, in the order of `keys`. The rows
 * of one key come in no particular order, also if its SELECT has an ORDER BY: that is for its LIMIT.
 */
export async function selectEach<K, R>(tx: Tx, keys: readonly K[], select: (key: K) => Sql): Promise<readonly (readonly R[])[]> {
  // Each SELECT is a derived table: otherwise the databases do not both accept ORDER BY and LIMIT within a UNION.
  const selects = keys.map((key, place) => sql`SELECT ${place} AS place, r.* FROM (${select(key)}) r`);
  const rows = await inPieces(selects, (piece) => tx.$queryRaw<readonly (R & Placed)[]>(join([...piece], ' UNION ALL ')));
  const found = Map.groupBy(rows, ({ place }) => Number(place));
  return keys.map((_, place) => found.get(place) ?? []);
}

interface Placed {
  readonly place: bigint | number;
}
