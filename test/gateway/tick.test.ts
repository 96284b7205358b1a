import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTick } from '../../gateway/tick.ts';

/** The number of turns until `isDone`, which is checked after each. */
async function turnsUntil(isDone: () => boolean, eachTurn: () => void = () => {}): Promise<number> {
  for (let turns = 1; turns <= 10; turns += 1) {
    await nextTurn();
    if (isDone()) return turns;
    eachTurn();
  }
  throw new Error('it was never done');
}

test('deferred tasks run in order, work before writes, after a turn that adds nothing', async () => {
  const tick = createTick();
  const done: string[] = [];
  tick.write({ flush: () => done.push('write') });
  tick.soon(() => done.push('one'));
  tick.soon(() => done.push('other'));
  expect(await turnsUntil(() => done.length > 0)).toBe(2);
  expect(done).toEqual(['one', 'other', 'write']);
});

test('a task that is added in the next turn runs with the first', async () => {
  const tick = createTick();
  const done: string[] = [];
  tick.write({ flush: () => done.push('first') });
  await nextTurn();
  tick.write({ flush: () => done.push('second') });
  expect(done).toEqual([]);
  await turnsUntil(() => done.length > 0);
  expect(done).toEqual(['first', 'second']);
});

test('no task waits more than four turns, whatever is added, and the others have four of their own', async () => {
  const tick = createTick();
  const done: number[] = [];
  let turn = 0;
  const bring = () => {
    const brought = turn++;
    tick.write({ flush: () => done.push(brought) });
  };
  bring();
  expect(await turnsUntil(() => done.length > 0, bring)).toBe(4);
  expect(done).toEqual([0, 1, 2, 3]);
  bring();
  expect(await turnsUntil(() => done.length > 4, bring)).toBe(4);
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('flush() writes what is waiting at once', () => {
  const tick = createTick();
  const done: string[] = [];
  tick.write({ flush: () => done.push('write') });
  tick.flush();
  expect(done).toEqual(['write']);
});
