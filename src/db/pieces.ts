// Under every dialect's bound on the parameters of one statement: two for each key, and some to spare (old SQLite builds take 999).
const keysAtOnce = 400;

/** Reads by many keys, a few hundred at a time, and joins the answers. */
export async function inPieces<K, R>(keys: readonly K[], read: (piece: readonly K[]) => Promise<readonly R[]>): Promise<R[]> {
  const rows: R[] = [];
  for (let from = 0; from < keys.length; from += keysAtOnce) rows.push(...(await read(keys.slice(from, from + keysAtOnce))));
  return rows;
}
