import type { Ask } from '../api/ask.ts';
import { ReceiptsDocument, type ReceiptsQuery } from '../generated/graphql.ts';

type Page = NonNullable<ReceiptsQuery['viewer']>['conversations'];

/** The receipts of other members in these conversations. */
export type Receipts = Page['edges'][number]['node'];

/**
 * Reads receipts page by page until all shown conversations have theirs (a pinned one may be on the last page) or the list ends. Throws
 * if the server cannot be reached.
 */
export async function readReceipts(ask: Ask, ids: Iterable<string>, show: (page: readonly Receipts[]) => void): Promise<void> {
  let page: Page | undefined;
  const left = new Set(ids);
  while (left.size > 0) {
    page = (await ask(ReceiptsDocument, { after: page?.pageInfo.endCursor })).viewer?.conversations;
    if (page === undefined || page.edges.length === 0) return;
    const read = page.edges.map(({ node }) => node);
    show(read);
    for (const { id } of read) left.delete(id);
  }
}
