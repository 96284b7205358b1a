import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Sharing, takeBatch } from '../../src/log/batch.ts';

const asIs = (sharing: Sharing): Sharing => sharing;

function alone(...lock: bigint[]): Sharing {
  return { lock };
}

function shared(stream: bigint, ...keys: string[]): Sharing {
  return { lock: [stream], keys };
}

describe('a batch', () => {
  test('takes all appends that share a stream under different keys', () => {
    const queue = [shared(1n, 'a'), shared(1n, 'b'), shared(2n, 'c')];
    expect(takeBatch(queue, 10, asIs)).toEqual({ taken: queue, left: [] });
  });

  test('leaves the second of two appends with the same key, on one stream or on two', () => {
    const [first, second, third, elsewhere] = [shared(1n, 'a'), shared(1n, 'a'), shared(1n, 'b'), shared(2n, 'c', 'a')];
    expect(takeBatch([first, second, third, elsewhere], 10, asIs)).toEqual({ taken: [first, third], left: [second, elsewhere] });
  });

  test('lets no append share a stream with one that needs it alone, or overtake it there', () => {
    const [before, wants, after, elsewhere] = [shared(1n, 'a'), alone(1n, 2n), shared(2n, 'b'), shared(3n, 'c')];
    expect(takeBatch([before, wants, after, elsewhere], 10, asIs)).toEqual({ taken: [before, elsewhere], left: [wants, after] });
    expect(takeBatch([wants, after, elsewhere], 10, asIs)).toEqual({ taken: [wants, elsewhere], left: [after] });
  });

  test('takes nothing on a stream that another commit holds, and lets no append overtake one that waits for it', () => {
    const [onHeld, waits, after, elsewhere] = [shared(1n, 'a'), alone(1n, 2n), shared(2n, 'b'), shared(3n, 'c')];
    const held = (id: bigint) => id === 1n;
    expect(takeBatch([onHeld, waits, after, elsewhere], 10, asIs, held)).toEqual({ taken: [elsewhere], left: [onHeld, waits, after] });
  });

  test('takes no more than its limit', () => {
    const queue = [shared(1n, 'a'), shared(1n, 'b'), shared(1n, 'c')];
    expect(takeBatch(queue, 2, asIs)).toEqual({ taken: queue.slice(0, 2), left: queue.slice(2) });
  });

  test('leaves a million waiting appends in place', () => {
    const queue = Array.from({ length: 1_000_000 }, () => shared(1n));
    const { taken, left } = takeBatch(queue, 10, asIs);
    expect([taken.length, left.length]).toEqual([10, 999_990]);
  });

  test('the first append is always taken, and over all batches none is lost or duplicated', () => {
    const stream = fc.bigInt(1n, 4n);
    const sharing: fc.Arbitrary<Sharing> = fc.oneof(
      fc.uniqueArray(stream, { maxLength: 3 }).map((lock) => ({ lock })),
      fc.record({ lock: stream.map((id) => [id]), keys: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }) }),
    );
    fc.assert(
      fc.property(fc.array(sharing, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (queue, limit) => {
        const through: Sharing[] = [];
        for (let left: readonly Sharing[] = queue; left.length > 0; ) {
          const batch = takeBatch(left, limit, asIs);
          expect(batch.taken[0]).toBe(left[0]);
          expect(batch.taken.length).toBeLessThanOrEqual(limit);
          for (const one of batch.taken) {
            const others = batch.taken.filter((other) => other !== one && other.lock.some((id) => one.lock.includes(id)));
            const clash = others.some(
              ({ keys }) => keys === undefined || one.keys === undefined || keys.some((key) => one.keys?.includes(key)),
            );
            expect(clash).toBe(false);
          }
          const keys = batch.taken.flatMap((one) => [...new Set(one.keys)]);
          expect(keys).toHaveLength(new Set(keys).size);
          through.push(...batch.taken);
          left = batch.left;
        }
        expect(through.toSorted((a, b) => queue.indexOf(a) - queue.indexOf(b))).toEqual(queue);
        // Two appends that share a stream which both need alone keep their order.
        for (const [place, one] of through.entries()) {
          for (const later of through.slice(place + 1)) {
            const meet = later.lock.some((id) => one.lock.includes(id)) && later.keys === undefined && one.keys === undefined;
            if (meet) expect(queue.indexOf(one)).toBeLessThan(queue.indexOf(later));
          }
        }
      }),
    );
  });
});
