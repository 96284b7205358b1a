/**
 * Keys or rows of one statement. Below the limits of both dialects, with up to twenty parameters and one SELECT of a UNION per key: SQLite
 * takes 500 such SELECTs and 32,766 parameters. Not below the default size of a batch (COMMIT_BATCH), so that one statement writes it.
 */
export const atOnce = 400;

/** Reads by many keys, some hundred or `size` at a time, and concatenates the results. */
export async function inPieces<K, R>(
  keys: readonly K[],
  read: (piece: readonly K[]) => Promise<readonly R[]>,
  size = atOnce,
): Promise<R[]> {
  const rows: R[] = [];
  for (let from = 0; from < keys.length; from += size) {
    // Not `push(...found)`: a call takes some 100,000 arguments, and a key may have any number of rows.
    for (const row of await read(keys.slice(from, from + size))) rows.push(row);
  }
  return rows;
}

/** Writes many rows in their order, some hundred at a time. */
export async function writeInPieces<R>(rows: readonly R[], write: (piece: readonly R[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows.length; from += atOnce) await write(rows.slice(from, from + atOnce));
}
