import { describe, expect, test } from 'vitest';
import { backOff, deadlineIn, within } from '../../src/db/deadline.ts';

describe('a wait until a deadline', () => {
  test('does not give up before the deadline has passed, though timers fire early', async () => {
    const never = new Promise<never>(() => undefined);
    const left = await Promise.all(
      Array.from({ length: 400 }, async (_, n) => {
        // Fractions of milliseconds, which timers ignore.
        const deadline = deadlineIn(20 + n / 7);
        return within(deadline, never).catch(() => deadline.left());
      }),
    );
    expect(left.filter((ms) => ms > 0)).toEqual([]);
  });

  test('that ends during a later try tells why the one before failed', async () => {
    const deadline = deadlineIn(200);
    await backOff(deadline, 0, new Error('the disk is full'));
    const late = { message: 'the deadline passed', cause: { message: 'the disk is full' } };
    await expect(within(deadline, new Promise(() => undefined))).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: late });
  });
});
