/** Rows of a list that were read as a page. */
interface Rows<T, K> {
  /** What the rows are about, without those that have vanished since they were read. */
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  /** The key of the last row, whether its item has vanished or not. Absent if there are no rows. */
  readonly end?: K | undefined;
}

/**
 * Reads the page of a forward list, or the first one after it that has an item: a page on which all have vanished while it was read has no
 * cursor to continue from.
 */
export async function filledPage<R extends { readonly after?: string | number | undefined }, T>(
  request: R,
  read: (request: R) => Promise<Rows<T, R['after']>>,
): Promise<Omit<Rows<T, R['after']>, 'end'>> {
  const { items, hasNextPage, end } = await read(request);
  return items.length === 0 && hasNextPage && end !== undefined
    ? await filledPage({ ...request, after: end }, read)
    : { items, hasNextPage };
}
