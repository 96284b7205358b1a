import { describe, expect, it } from 'vitest';
import { createPageReader } from '../../src/feed/page-reader.ts';
import type { LogPage } from '../../src/log/index.ts';

/** A reader whose reads the test answers itself, with pages of ten. */
function asked() {
  const reads: (PromiseWithResolvers<LogPage> & { readonly after: number })[] = [];
  const read = createPageReader({
    size: 10,
    read(after) {
      const answer = Promise.withResolvers<LogPage>();
      reads.push({ ...answer, after });
      return answer.promise;
    },
  });
  return { reads, read };
}

function page(head: number): LogPage {
  return { entries: [], head, floor: 0 };
}

describe('pages', () => {
  it('are read once for all callers who need part of them at the same time', async () => {
    const { reads, read } = asked();
    const all = [read(5, 5), read(5, 5), read(14, 14)];
    expect(reads.map(({ after }) => after)).toEqual([5]);
    reads[0]?.resolve(page(40));
    const [first, ...rest] = await Promise.all(all);
    for (const one of rest) expect(one).toBe(first);
  });

  it('are read separately for other positions', async () => {
    const { reads, read } = asked();
    void read(5, 5);
    void read(4, 4);
    void read(15, 15);
    expect(reads.map(({ after }) => after)).toEqual([5, 4, 15]);
  });

  it('are read again after they have been answered', async () => {
    const { reads, read } = asked();
    const first = read(5, 5);
    reads[0]?.resolve(page(5));
    await first;
    void read(5, 5);
    expect(reads).toHaveLength(2);
  });

  it('are read again for callers who know of an entry that was committed during the read', async () => {
    const { reads, read } = asked();
    const before = read(5, 5);
    const later = [read(5, 6), read(5, 6)];
    reads[0]?.resolve(page(5));
    expect((await before).head).toBe(5);
    await expect.poll(() => reads.length).toBe(2);
    reads[1]?.resolve(page(6));
    expect((await Promise.all(later)).map(({ head }) => head)).toEqual([6, 6]);
    expect(reads).toHaveLength(2);
  });

  it('that cannot be read fail for all callers, and each may try again', async () => {
    const { reads, read } = asked();
    const both = Promise.allSettled([read(5, 5), read(5, 5)]);
    reads[0]?.reject(new Error('away'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = read(5, 5);
    reads[1]?.resolve(page(5));
    expect((await again).head).toBe(5);
  });
});
