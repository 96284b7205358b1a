import { describe, expect, test } from 'vitest';
import { deadlineIn, within } from '../../src/db/deadline.ts';

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
});
