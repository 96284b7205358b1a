import { type Db, listShown, type Marks, type ShownRange, type ShownRow } from '../db/index.ts';
import type { Viewer } from '../user/index.ts';

/** Decides which conversations are wanted. Results are in the order of `rows`. */
export type ConversationFilter = (rows: readonly ShownRow[]) => Promise<readonly boolean[]>;

// As many as one statement looks up (src/db/pieces.ts). The first step is smaller, as many as may fill a page, which is usually enough.
const siftedAtOnce = 400;
// Nearly always all conversations of a user. Reading fewer would cost as much, because all are sorted.
const readAtOnce = 5_000;

/** The page of a user's conversations, and the conditions on it. */
interface Sifting {
  readonly sieves: readonly ConversationFilter[];
  readonly most: number;
  readonly marks: Marks;
  readonly before: ShownRange['before'];
}

/** Lists the conversations that the viewer is shown and that pass every sieve, latest activity first, at most `most`. */
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

async function siftOnce(rows: readonly ShownRow[], sieves: readonly ConversationFilter[]): Promise<readonly ShownRow[]> {
  let left = rows;
  for (const sieve of sieves) {
    const wanted = await sieve(left);
    left = left.filter((_, index) => wanted[index]);
  }
  return left;
}
