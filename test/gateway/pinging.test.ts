import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPinging } from '../../gateway/pinging.ts';

const everyMs = 12_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A number of sockets that are pinged. `pings` counts the pings of each. */
function open(count: number, pinging = createPinging(everyMs)) {
  const pings = Array.from({ length: count }, () => 0);
  const all = pings.map((_, place) => ({
    ping() {
      pings[place] = (pings[place] ?? 0) + 1;
    },
  }));
  for (const one of all) pinging.add(one);
  return { pinging, pings, all, sum: () => pings.reduce((sum, times) => sum + times, 0) };
}

test('each socket is pinged once in every interval, and no more than a hundredth of all at a time', () => {
  const { pings, sum } = open(5_000);
  for (let ms = 0; ms < everyMs; ms += 1) {
    const before = sum();
    vi.advanceTimersByTime(1);
    expect(sum() - before).toBeLessThanOrEqual(50);
  }
  expect(new Set(pings)).toEqual(new Set([1]));
  vi.advanceTimersByTime(2 * everyMs);
  expect(new Set(pings)).toEqual(new Set([3]));
});

test('a removed socket is not pinged, and no timer runs without sockets', () => {
  const { pinging, pings, all } = open(2);
  for (const one of all.slice(0, 1)) pinging.remove(one);
  vi.advanceTimersByTime(everyMs);
  expect(pings).toEqual([0, 1]);
  for (const one of all) pinging.remove(one);
  expect(vi.getTimerCount()).toBe(0);
});

test('a short interval has fewer turns, and each socket is still pinged once in it', () => {
  const { pings } = open(3, createPinging(15));
  vi.advanceTimersByTime(150);
  expect(pings).toEqual([10, 10, 10]);
});
