import { expect, test } from 'vitest';
import { inPieces } from '../../src/db/index.ts';

test('a read in pieces returns all rows in order, however many a piece has', async () => {
  const rowsOf = (keys: readonly number[]) => keys.flatMap((key) => Array.from({ length: 100_000 }, (_, n) => key * 100_000 + n));
  const rows = await inPieces([0, 1, 2, 3], async (piece) => rowsOf(piece), 2);
  expect(rows).toHaveLength(400_000);
  expect(rows.every((row, place) => row === place)).toBe(true);
});
