// Under every dialect's bounds for one statement, at up to seven parameters and one SELECT of a UNION a key: SQLite takes 500 such SELECTs and
// old builds of it 999 parameters.
const keysAtOnce = 100;

/** Reads by many keys, a hundred at a time, and joins the answers. */
export async function inPieces<K, R>(keys: readonly K[], read: (piece: readonly K[]) => Promise<readonly R[]>): Promise<R[]> {
  const rows: R[] = [];
  for (let from = 0; from < keys.length; from += keysAtOnce) rows.push(...(await read(keys.slice(from, from + keysAtOnce))));
  return rows;
}
