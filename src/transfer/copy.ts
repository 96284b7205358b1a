import type { Filling, Row, Source, Table } from '../db/index.ts';

// One transaction stores a page: small enough to be short, large enough that the cost of a commit hardly counts. Two pages are in memory.
const pageSize = { rows: 2_000, bytes: 4_194_304 };

/**
 * Copies the rows of a table page by page, in the order of the primary key. Returns how many. `onCopied` is called with the number of rows of
 * each page.
 */
export async function copyTable(
  { source, filling }: { readonly source: Source; readonly filling: Filling },
  table: Table,
  onCopied: (rows: number) => void,
): Promise<number> {
  let copied = 0;
  let last: Row | null = null;
  let storing: Promise<void> = Promise.resolve();
  for (;;) {
    // The target stores a page while the next page is read.
    const rows: readonly Row[] = await source.page(table, last, pageSize).catch(async (error: unknown) => {
      await storing;
      throw error;
    });
    await storing;
    if (rows.length === 0) return copied;
    storing = filling.insert(table, rows);
    // The next round awaits it.
    storing.catch(() => undefined);
    copied += rows.length;
    last = rows.at(-1) ?? null;
    onCopied(rows.length);
  }
}
