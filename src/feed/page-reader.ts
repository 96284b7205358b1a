import type { LogPage } from '../log/index.ts';

/**
 * Reads the page of a stream that follows `after`. `wanted`: a seq that is known to be committed; a page that was being read before it was
 * does not do. Throws ChatError UNAVAILABLE.
 */
export type PageReader = (after: number, wanted: number) => Promise<LogPage>;

interface Source {
  /** Reads what follows `after`, at most `size` entries. */
  readonly read: (after: number) => Promise<LogPage>;
  readonly size: number;
}

/**
 * Reads pages of one stream for many. Who needs entries that are being read already waits for them, and gets the same objects: the page may
 * begin before `after`, but has what follows it. A read that fails, fails for all who share it; each decides for itself what then.
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
