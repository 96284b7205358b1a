// Below the limits of both dialects for one statement, with up to twenty parameters and one SELECT of a UNION per key: SQLite takes 500
// such SELECTs and 32,766 parameters.
const keysAtOnce = 400;

/** Reads by many keys, some hundred at a time, and concatenates the results. */
export async function inPieces<K, R>(keys: readonly K[], read: (piece: readonly K[]) => Promise<readonly R[]>): Promise<R[]> {
  const rows: R[] = [];
  for (let from = 0; from < keys.length; from += keysAtOnce) rows.push(...(await read(keys.slice(from, from + keysAtOnce))));
  return rows;
}
