import { expect, test } from 'vitest';
import { retryMs } from '../../src/redis/connection.ts';

test('reconnects to Redis wait longer with each attempt, up to two seconds or the given maximum', () => {
  expect(retryMs(1)).toBeLessThanOrEqual(100);
  expect(retryMs(20)).toBeGreaterThanOrEqual(1_000);
  expect(retryMs(20)).toBeLessThanOrEqual(2_000);
  expect(retryMs(20, 300)).toBeGreaterThanOrEqual(150);
  expect(retryMs(20, 300)).toBeLessThanOrEqual(300);
  expect(retryMs(20, 60_000)).toBeLessThanOrEqual(2_000);
});
