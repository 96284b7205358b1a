import { expect, onTestFinished, test, vi } from 'vitest';
import { dayOf, shortTime, timeOf } from '../../web/ui/times.ts';

test('a day of another year is shown with its year, also if it has the same date and day of the week as today', () => {
  vi.useFakeTimers({ now: new Date('2026-11-30T12:00:00') });
  onTestFinished(() => void vi.useRealTimers());
  const [today, before] = ['2026-11-30T09:00:00', '2020-11-30T09:00:00'];
  expect([dayOf(before), shortTime(before)]).toEqual([expect.stringContaining('2020'), expect.stringContaining('2020')]);
  expect(dayOf(today)).not.toContain('2026');
  expect(shortTime(today)).toBe(timeOf(today));
});
