import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTimeouts } from '../../gateway/timeouts.ts';

const ms = 3_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open() {
  const late: string[] = [];
  return { late, patience: createTimeouts<string>(ms, (one) => void late.push(one)) };
}

test('each entry is late at its own time, with one timer for all', () => {
  const { late, patience } = open();
  patience.add('ann');
  vi.advanceTimersByTime(1_000);
  patience.add('ben');
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1_999);
  expect(late).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(['ann']);
  vi.advanceTimersByTime(999);
  expect(late).toEqual(['ann']);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(['ann', 'ben']);
});

test('a removed entry is not late, and one that is added after it has its full time', () => {
  const { late, patience } = open();
  patience.add('ann');
  patience.add('ben');
  patience.remove('ann');
  vi.advanceTimersByTime(2_000);
  patience.remove('ben');
  patience.add('cat');
  vi.advanceTimersByTime(2_999);
  expect(late).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(['cat']);
});

test('no timer runs while nothing is waited for', () => {
  const { patience } = open();
  patience.add('ann');
  patience.remove('ann');
  patience.add('ben');
  vi.advanceTimersByTime(ms);
  expect(vi.getTimerCount()).toBe(0);
});
