import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sharing } from '../../src/log/batch.ts';
import { CommitQueue } from '../../src/log/commit-queue.ts';

interface Append extends Sharing {
  readonly gone?: boolean;
}

function newLine(appends: readonly Append[], limit = 256): CommitQueue<Append> {
  const line = new CommitQueue<Append>({ limit, sharing: (append) => append, isGone: ({ gone = false }) => gone });
  for (const append of appends) line.push(append);
  return line;
}

function on(stream: number): Append {
  return { lock: [BigInt(stream)], keys: [] };
}

function many(length: number, streams = length): readonly Append[] {
  return Array.from({ length }, (_, place) => on(place % streams));
}

function streamsOf(appends: readonly Append[]): ReadonlySet<bigint> {
  return new Set(appends.flatMap(({ lock }) => lock));
}

describe('a line', () => {
  test('calls for one commit at a time if few appends wait', () => {
    const line = newLine(many(100));
    const { taken, end } = line.take();
    expect(taken).toHaveLength(100);
    for (const append of many(127)) line.push(append);
    expect(line.calls).toBe(false);
    end();
    expect(line.calls).toBe(true);
  });

  test('gives all appends to one commit if two halves would be small', () => {
    expect(newLine(many(255, 64)).take().taken).toHaveLength(255);
  });

  test('gives halves to two commits if many wait, and no stream to both', () => {
    const appends = many(256, 64);
    const line = newLine(appends);
    const [one, other] = [line.take(), line.calls ? line.take() : null];
    expect([...one.taken, ...(other?.taken ?? [])].toSorted((a, b) => Number(a.lock[0]) - Number(b.lock[0]))).toEqual(
      appends.toSorted((a, b) => Number(a.lock[0]) - Number(b.lock[0])),
    );
    expect(streamsOf(one.taken).intersection(streamsOf(other?.taken ?? []))).toEqual(new Set());
    expect(Math.min(one.taken.length, other?.taken.length ?? 0)).toBeGreaterThan(64);
    for (const append of many(500)) line.push(append);
    expect(line.calls).toBe(false);
  });

  test('gives all appends to one commit if they need the same stream', () => {
    expect(newLine(many(256, 1)).take().taken).toHaveLength(256);
  });

  test('gives nothing to a second commit if the first holds every stream that is needed', () => {
    const line = newLine(many(100, 1));
    const first = line.take();
    for (const append of many(200, 1)) line.push(append);
    expect(line.calls).toBe(true);
    expect(line.take().taken).toEqual([]);
    first.end();
    expect(line.take().taken).toHaveLength(200);
  });

  test('does not call again for a second commit without work until an append needs another stream', () => {
    const line = newLine(many(100, 1));
    const first = line.take();
    for (const append of many(200, 1)) line.push(append);
    expect(line.take().taken).toEqual([]);
    line.push(on(0));
    expect(line.calls).toBe(false);
    line.push(on(7));
    expect(line.calls).toBe(true);
    expect(line.take().taken).toEqual([on(7)]);
    first.end();
    expect(line.take().taken).toHaveLength(201);
  });

  test('is not blocked by a commit that has taken nothing', () => {
    const line = newLine(many(100, 1));
    const first = line.take();
    for (const append of many(10, 1)) line.push(append);
    const nothing = line.take();
    first.end();
    // Called before the other one has ended.
    expect(line.calls).toBe(true);
    expect(line.take().taken).toHaveLength(10);
    nothing.end();
    expect(line.calls).toBe(false);
  });

  test('keeps an append that needs streams of both commits until both have ended', () => {
    const line = newLine(many(256, 64));
    const [one, other] = [line.take(), line.take()];
    const [here, there] = [one.taken[0], other.taken[0]];
    const both: Append = { lock: [...(here?.lock ?? []), ...(there?.lock ?? [])] };
    line.push(both);
    for (const append of many(256, 64)) line.push(append);
    one.end();
    const next = line.take();
    expect(next.taken).not.toContain(both);
    expect(streamsOf(next.taken).intersection(new Set(both.lock))).toEqual(new Set());
    other.end();
    expect(line.take().taken[0]).toBe(both);
  });

  test('drops appends whose callers have gone', () => {
    const line = newLine([{ ...on(1), gone: true }, on(2)]);
    expect(line.take().taken).toEqual([on(2)]);
    expect(line.calls).toBe(false);
  });

  test('passes every append on, in whatever order commits end', () => {
    const append = fc
      .uniqueArray(fc.bigInt(1n, 8n), { minLength: 1, maxLength: 2 })
      .chain((lock) => fc.constantFrom({ lock }, { lock, keys: [] }));
    fc.assert(
      fc.property(fc.array(append, { maxLength: 600 }), fc.infiniteStream(fc.boolean()), (appends, firstEnds) => {
        const line = newLine(appends, 100);
        const underWay: ReturnType<typeof line.take>[] = [];
        const through: Append[] = [];
        while (through.length < appends.length) {
          if (line.calls) {
            const turn = line.take();
            expect(underWay.some(({ taken }) => streamsOf(taken).intersection(streamsOf(turn.taken)).size > 0)).toBe(false);
            if (turn.taken.length > 0) {
              underWay.push(turn);
              continue;
            }
            turn.end();
          }
          const [ended] = underWay.splice(firstEnds.next().value ? 0 : -1, 1);
          if (ended === undefined) throw new Error('somebody is left behind');
          ended.end();
          through.push(...ended.taken);
        }
        expect(new Set(through).size).toBe(new Set(appends).size);
      }),
    );
  });
});
