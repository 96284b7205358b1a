import { describe, expect, it } from 'vitest';
import { OverloadError } from '../src/errors.ts';
import { inFairTurns, inTurns, inTurnsOfEach } from '../src/turns.ts';

const refused = new OverloadError('Too much at the moment.', 1_000);
const refusal = () => refused;

/** Work that continues until it is told to end. */
function work() {
  const { promise, resolve } = Promise.withResolvers<string>();
  let begun = false;
  return {
    run: () => {
      begun = true;
      return promise;
    },
    end: () => resolve('done'),
    begun: () => begun,
  };
}

describe('work in turns', () => {
  it('runs a few at a time, in order, and is refused beyond the queue', async () => {
    const inTurn = inTurns({ atOnce: 1, waiting: 2, longestMs: 60_000, refusal });
    const [first, second, third] = [work(), work(), work()];
    const answers = [first, second, third].map(({ run }) => inTurn(run));
    await expect(inTurn(work().run)).rejects.toBe(refused);
    for (const [at, { end }] of [first, second, third].entries()) {
      expect([first, second, third].map(({ begun }) => begun())).toEqual([0, 1, 2].map((place) => place <= at));
      end();
      await answers[at];
    }
  });

  it('is refused after waiting too long, and frees its place; work that runs continues', async () => {
    const inTurn = inTurns({ atOnce: 1, waiting: 1, longestMs: 5, refusal });
    const [first, second, third] = [work(), work(), work()];
    const answer = inTurn(first.run);
    for (let times = 0; times < 3; times += 1) await expect(inTurn(second.run)).rejects.toBe(refused);
    first.end();
    expect(await answer).toBe('done');
    expect(second.begun()).toBe(false);
    third.end();
    expect(await inTurn(third.run)).toBe('done');
  });

  it('leaves the queue when its signal aborts, and does not begin if that was before', async () => {
    const inTurn = inTurns({ atOnce: 1, waiting: 1, longestMs: 60_000, refusal });
    const [first, second, third] = [work(), work(), work()];
    const gone = new Error('gone');
    const leaving = new AbortController();
    const answer = inTurn(first.run);
    const waiting = inTurn(second.run, leaving.signal);
    leaving.abort(gone);
    await expect(waiting).rejects.toBe(gone);
    await expect(inTurn(second.run, leaving.signal)).rejects.toBe(gone);
    const next = inTurn(third.run);
    first.end();
    third.end();
    expect(await Promise.all([answer, next])).toEqual(['done', 'done']);
    expect(second.begun()).toBe(false);
  });
});

describe('work in fair turns', () => {
  it('is taken from each key in rotation, in order within a key', async () => {
    const inTurn = inFairTurns<string>({ atOnce: 1, waiting: 9, longestMs: 60_000, refusal });
    const order: string[] = [];
    const run = (name: string) => inTurn(name.charAt(0), async () => void order.push(name));
    await Promise.all(['a1', 'a2', 'a3', 'b1', 'b2', 'c1', 'a4'].map(run));
    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
    await run('a5');
    expect(order.at(-1)).toBe('a5');
  });

  it('is refused in place of a newcomer if its key waits with the most, the latest first', async () => {
    const inTurn = inFairTurns<string>({ atOnce: 1, waiting: 3, longestMs: 60_000, refusal });
    const first = work();
    const running = inTurn('a', first.run);
    const flood = ['a2', 'a3', 'a4'].map((name) => inTurn('a', async () => name));
    const newcomers = ['b', 'c'].map((name) => inTurn(name, async () => name));
    const outcomes = Promise.allSettled([running, ...flood, ...newcomers]);
    // All three keys wait with one each now.
    await expect(inTurn('d', work().run)).rejects.toBe(refused);
    await expect(inTurn('b', work().run)).rejects.toBe(refused);
    first.end();
    expect(await outcomes).toMatchObject([
      ...['done', 'a2'].map((value) => ({ value })),
      ...[refused, refused].map((reason) => ({ reason })),
      ...['b', 'c'].map((value) => ({ value })),
    ]);
  });
});

describe('work in turns for each key', () => {
  it('waits for work of the same key only, and a refusal does not affect the others', async () => {
    const inTurn = inTurnsOfEach<string>({ atOnce: 1, waiting: 1, longestMs: 60_000, refusal });
    const [first, second, other] = [work(), work(), work()];
    const answers = [inTurn('ada', first.run), inTurn('ada', second.run)];
    await expect(inTurn('ada', work().run)).rejects.toBe(refused);
    other.end();
    expect(await inTurn('bob', other.run)).toBe('done');
    expect([first.begun(), second.begun()]).toEqual([true, false]);
    first.end();
    second.end();
    expect(await Promise.all(answers)).toEqual(['done', 'done']);
    const third = work();
    third.end();
    expect(await inTurn('ada', third.run)).toBe('done');
  });
});
