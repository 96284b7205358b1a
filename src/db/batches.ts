import { atOnce } from './pieces.ts';

// Bounds the text of one statement, in UTF-16 code units. The lowest default limit is MariaDB's, 16 MB (max_allowed_packet), and a code
// unit takes up to three bytes, as UTF-8 or escaped.
const textAtOnce = 1_000_000;

/** Writes rows in their order, as many per statement as fit. `weight` returns the length of a row's texts, in UTF-16 code units. */
export async function inBatches<R>(
  rows: readonly R[],
  weight: (row: R) => number,
  write: (batch: readonly R[]) => Promise<unknown>,
): Promise<void> {
  let batch: R[] = [];
  let weighs = 0;
  for (const row of rows) {
    if (batch.length === atOnce || (batch.length > 0 && weighs + weight(row) > textAtOnce)) {
      await write(batch);
      batch = [];
      weighs = 0;
    }
    batch.push(row);
    weighs += weight(row);
  }
  if (batch.length > 0) await write(batch);
}
