import { expect, it } from 'vitest';
import { SignalPace } from '../../src/message/signal-pace.ts';

it('a user can send a number of signals a second, ten seconds’ worth at once, independent of other users', () => {
  let now = 5_000;
  const pace = new SignalPace({ signalsPerSecond: 2 }, () => now);
  const take = (userId: bigint) => {
    try {
      pace.take(userId);
      return 0;
    } catch (error) {
      return (error as { readonly retryAfterMs: number }).retryAfterMs;
    }
  };
  for (let n = 0; n < 20; n += 1) expect(take(1n)).toBe(0);
  // A refusal does not count.
  expect([take(1n), take(1n), take(2n)]).toEqual([500, 500, 0]);
  now += 499;
  expect(take(1n)).toBe(1);
  now += 1;
  expect([take(1n), take(1n)]).toEqual([0, 500]);
  now += 10_000;
  for (let n = 0; n < 20; n += 1) expect(take(1n)).toBe(0);
  expect(take(1n)).toBe(500);
});
