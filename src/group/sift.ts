import { type Db, listShown, type Marks, type ShownRange, type ShownRow } from '../db/index.ts';
import type { Viewer } from '../user/index.ts';

/** Which of some conversations are wanted, in order. */
export type Sieve = (rows: readonly ShownRow[]) => Promise<readonly boolean[]>;

// As many as one statement asks about (src/db/pieces.ts), after as many as may make a page: mostly that is enough.
const siftedAtOnce = 400;
// Nearly always all that there are: to read a part of them, all are sorted.
const readAtOnce = 5_000;

/** Which part of what a user is shown, and what must be true of it. */
interface Sifting {
  readonly sieves: readonly Sieve[];
  readonly most: number;
  readonly marks: Marks;
  readonly before: ShownRange['before'];
}

/** What the viewer is shown, latest activity first, as far as every sieve lets it through; at most so many. */
export async function siftShown(
  { client }: Db,
  { userId }: Viewer,
  { sieves, most, marks, before }: Sifting,
): Promise<readonly ShownRow[]> {
  const kept: ShownRow[] = [];
  let place = before;
  let step = Math.min(2 * most, siftedAtOnce);
  for (;;) {
    const rows = await listShown(client, { userId, limit: sieves.length === 0 ? most : readAtOnce, marks, before: place });
    for (let from = 0; from < rows.length && kept.length < most; from += step) {
      if (from > 0) step = siftedAtOnce;
      kept.push(...(await siftOnce(rows.slice(from, from + step), sieves)));
    }
    place = rows.at(-1) ?? null;
    if (kept.length >= most || rows.length < readAtOnce) return kept.slice(0, most);
  }
}

async function siftOnce(rows: readonly ShownRow[], sieves: readonly Sieve[]): Promise<readonly ShownRow[]> {
  let left = rows;
  for (const sieve of sieves) {
    const wanted = await sieve(left);
    left = left.filter((_, index) => wanted[index]);
  }
  return left;
}
