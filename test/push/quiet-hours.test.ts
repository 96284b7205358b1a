import { describe, expect, it } from 'vitest';
import { isQuiet, knownTimeZone, parseTimeOfDay, type QuietHours, weekdays } from '../../src/push/quiet-hours.ts';

const night = { start: '22:00', end: '07:00', days: weekdays } as const;

/** A moment, and whether it is in quiet hours. */
type Case = readonly [moment: string, quiet: boolean];

function quietAt(hours: QuietHours, cases: readonly Case[]): void {
  for (const [moment, quiet] of cases) expect(isQuiet(hours, new Date(moment)), moment).toBe(quiet);
}

describe('quiet hours', () => {
  it('can last over midnight, from their start to just before their end', () => {
    quietAt({ ...night, timeZone: 'UTC' }, [
      ['2026-03-04T21:59:59Z', false],
      ['2026-03-04T22:00:00Z', true],
      ['2026-03-05T00:00:00Z', true],
      ['2026-03-05T06:59:59Z', true],
      ['2026-03-05T07:00:00Z', false],
    ]);
  });

  it('in a time zone that this release does not know are none', () => {
    quietAt({ start: '08:00', end: '08:00', timeZone: 'Europe/Atlantis', days: weekdays }, [['2026-03-04T12:00:00Z', false]]);
  });

  it('can last within a day', () => {
    quietAt({ start: '12:00', end: '13:30', timeZone: 'UTC', days: weekdays }, [
      ['2026-03-04T11:59:00Z', false],
      ['2026-03-04T12:00:00Z', true],
      ['2026-03-04T13:29:00Z', true],
      ['2026-03-04T13:30:00Z', false],
    ]);
  });

  it('that end when they begin last a day', () => {
    quietAt({ start: '08:00', end: '08:00', timeZone: 'UTC', days: ['SUNDAY'] }, [
      ['2026-03-08T07:59:00Z', false],
      ['2026-03-08T08:00:00Z', true],
      ['2026-03-09T07:59:00Z', true],
      ['2026-03-09T08:00:00Z', false],
    ]);
  });

  it.each([
    ['Asia/Tokyo', '2026-03-04T13:00:00Z', '2026-03-04T22:00:00Z'],
    ['America/Los_Angeles', '2026-03-05T06:00:00Z', '2026-03-05T15:00:00Z'],
    ['Asia/Kathmandu', '2026-03-04T16:15:00Z', '2026-03-05T01:15:00Z'],
    ['Pacific/Kiritimati', '2026-03-04T08:00:00Z', '2026-03-04T17:00:00Z'],
  ])('follow the clocks of %s', (timeZone, from, to) => {
    const justBefore = (moment: string) => new Date(Date.parse(moment) - 1).toISOString();
    quietAt({ ...night, timeZone }, [
      [justBefore(from), false],
      [from, true],
      [justBefore(to), true],
      [to, false],
    ]);
  });

  it('follow daylight saving time', () => {
    quietAt({ ...night, timeZone: 'Europe/Berlin' }, [
      ['2026-01-15T21:00:00Z', true],
      ['2026-01-15T20:59:00Z', false],
      ['2026-07-15T20:00:00Z', true],
      ['2026-07-15T19:59:00Z', false],
      // The night in which the clocks go forward ends at 7:00 by them.
      ['2026-03-29T04:59:00Z', true],
      ['2026-03-29T05:00:00Z', false],
    ]);
  });

  it('of some days are those that begin on them: the night of Friday ends on Saturday', () => {
    quietAt({ ...night, timeZone: 'Europe/Berlin', days: ['FRIDAY'] }, [
      ['2026-03-06T04:00:00+01:00', false],
      ['2026-03-06T23:00:00+01:00', true],
      ['2026-03-07T06:00:00+01:00', true],
      ['2026-03-07T23:00:00+01:00', false],
      ['2026-03-08T06:00:00+01:00', false],
    ]);
  });

  it('of Sunday last into Monday', () => {
    quietAt({ ...night, timeZone: 'UTC', days: ['SUNDAY'] }, [
      ['2026-03-09T06:00:00Z', true],
      ['2026-03-08T06:00:00Z', false],
    ]);
  });
});

describe('a time of day', () => {
  it.each([
    ['00:00', 0],
    ['07:05', 425],
    ['23:59', 1_439],
    ['24:00', null],
    ['7:00', null],
    ['07:60', null],
    ['07:00:00', null],
    [' 07:00', null],
  ])('%s', (text, minutes) => expect(parseTimeOfDay(text)).toBe(minutes));
});

describe('a time zone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
    ['Nowhere/Land', null],
    ['+01:00', null],
    ['', null],
  ])('%s', (name, known) => expect(knownTimeZone(name)).toBe(known));
});
