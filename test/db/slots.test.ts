import { describe, expect, test } from 'vitest';
import { deadlineIn } from '../../src/db/deadline.ts';
import { createSlots } from '../../src/db/slots.ts';

describe('slots', () => {
  test('are handed out in the order of the requests', async () => {
    const slots = createSlots(1);
    const order: number[] = [];
    const first = await slots.take(deadlineIn(5_000));
    const waiting = [1, 2, 3, 4].map(async (n) => {
      const giveBack = await slots.take(deadlineIn(5_000));
      order.push(n);
      giveBack();
    });
    first();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3, 4]);
  });

  test('given back twice count once', async () => {
    const slots = createSlots(1);
    const giveBack = await slots.take(deadlineIn(5_000));
    giveBack();
    giveBack();
    await slots.take(deadlineIn(5_000));
    await expect(slots.take(deadlineIn(20))).rejects.toMatchObject({ kind: 'contended' });
  });

  test('that nobody gives back are refused at the deadline, and later requests wait on', async () => {
    const slots = createSlots(1);
    const first = await slots.take(deadlineIn(5_000));
    const hasty = slots.take(deadlineIn(20));
    const patient = slots.take(deadlineIn(5_000));
    await expect(hasty).rejects.toMatchObject({ kind: 'contended' });
    first();
    (await patient)();
  });

  test('that are closed refuse waiting and later requests, and wait for slots in use', async () => {
    const slots = createSlots(1);
    const giveBack = await slots.take(deadlineIn(5_000));
    const waiting = expect(slots.take(deadlineIn(5_000))).rejects.toThrow('closed');
    let closed = false;
    const closing = slots.close().then(() => {
      closed = true;
    });
    await waiting;
    await expect(slots.take(deadlineIn(5_000))).rejects.toThrow('closed');
    expect(closed).toBe(false);
    giveBack();
    await closing;
  });
});
