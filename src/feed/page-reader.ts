import type { LogPage } from '../log/index.ts';

/**
 * Reads the page of a stream that follows `after`. `wanted`: a committed seq. A read that began before that commit is not used. Throws
 * ChatError UNAVAILABLE.
 */
export type PageReader = (after: number, wanted: number) => Promise<LogPage>;

interface Source {
  /** Reads at most `size` entries after a position. */
  readonly read: (after: number) => Promise<LogPage>;
  readonly size: number;
}

/**
 * Creates a reader of one stream that shares reads. A caller that needs entries of a read under way waits for it and gets the same objects.
 * Such a page may begin before `after`, but has what follows it. A failed read fails for all callers that share it, and each decides what
 * to do.
 */
export function createPageReader({ read, size }: Source): PageReader {
  const underWay = new Map<number, Promise<LogPage>>();

  function begin(after: number): Promise<LogPage> {
    const reading = read(after).finally(() => underWay.delete(after));
    underWay.set(after, reading);
    return reading;
  }

  function covering(after: number): Promise<LogPage> | undefined {
    for (const [from, reading] of underWay) if (from <= after && after < from + size) return reading;
    return undefined;
  }

  return async (after, wanted) => {
    for (;;) {
      const reading = covering(after);
      if (reading === undefined) return begin(after);
      const page = await reading;
      if (page.head >= wanted) return page;
    }
  };
}
