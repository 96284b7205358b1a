import type { Ask } from '../api/ask.ts';
import { ReceiptsDocument, type ReceiptsQuery } from '../generated/graphql.ts';

type Page = NonNullable<ReceiptsQuery['viewer']>['conversations'];

/** How far others have these conversations. */
export type Receipts = Page['edges'][number]['node'];

/** Reads it page by page until all of them were shown, as what is pinned may be among the last, or there are no more. Throws where the server cannot be asked. */
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
