import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTick } from '../../gateway/tick.ts';

/** Turns until `isDone`, looked at after each. */
async function turnsUntil(isDone: () => boolean, eachTurn: () => void = () => {}): Promise<number> {
  for (let turns = 1; turns <= 10; turns += 1) {
    await nextTurn();
    if (isDone()) return turns;
    eachTurn();
  }
  throw new Error('it was never done');
}

test('what is put off is done in order, work before writes, once a turn brings nothing more', async () => {
  const tick = createTick();
  const done: string[] = [];
  tick.write({ flush: () => done.push('write') });
  tick.soon(() => done.push('one'));
  tick.soon(() => done.push('other'));
  expect(await turnsUntil(() => done.length > 0)).toBe(2);
  expect(done).toEqual(['one', 'other', 'write']);
});

test('what the next turn brings goes with it', async () => {
  const tick = createTick();
  const done: string[] = [];
  tick.write({ flush: () => done.push('first') });
  await nextTurn();
  tick.write({ flush: () => done.push('second') });
  expect(done).toEqual([]);
  await turnsUntil(() => done.length > 0);
  expect(done).toEqual(['first', 'second']);
});

test('nothing waits for more than four turns, however much comes, and the rest has four of its own', async () => {
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

test('whoever cannot wait has what is waiting written now', () => {
  const tick = createTick();
  const done: string[] = [];
  tick.write({ flush: () => done.push('write') });
  tick.flush();
  expect(done).toEqual(['write']);
});
