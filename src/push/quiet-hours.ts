/** The days of the week, in the order of ISO 8601 (schema: `enum Weekday`). */
export const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;
export type Weekday = (typeof weekdays)[number];

/** The hours in which a user gets no pushes: from one time of day to another, in a time zone. */
export interface QuietHours {
  /** A time of day such as `22:30`. */
  readonly start: string;
  /** A time of day. If it is not after `start`, it is on the next day. */
  readonly end: string;
  /** The IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** The days on which the quiet hours start. At least one. */
  readonly days: readonly Weekday[];
}

/** Parses a time of day. Returns minutes since midnight, or null if it is not valid. */
export function parseTimeOfDay(text: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** Formats minutes since midnight as a time of day. */
export function formatTimeOfDay(minutes: number): string {
  return new Date(minutes * 60_000).toISOString().slice(11, 16);
}

/** Returns the canonical name of a time zone. Null if it is unknown. */
export function knownTimeZone(name: string): string | null {
  // An offset is no time zone: it has no daylight saving time.
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

// Creating a format takes some 50 µs, and there are only some 600 zones.
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Returns the clock of a time zone. Null for a new zone that a newer release has stored, and that this one's Node does not know. */
function clockOf(timeZone: string): Intl.DateTimeFormat | null {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  if (knownTimeZone(timeZone) === null) return null;
  const parts = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const clock = new Intl.DateTimeFormat('en-US', { timeZone, ...parts });
  clocks.set(timeZone, clock);
  return clock;
}

/**
 * Returns whether a moment is in the quiet hours. Hours that start on Friday at 22:00 and end at 7:00 last into Saturday, whether Saturday
 * is among the days or not.
 */
export function isQuiet({ start, end, timeZone, days }: QuietHours, moment: Date): boolean {
  const clock = clockOf(timeZone);
  if (clock === null) return false;
  const parts = Object.fromEntries(clock.formatToParts(moment).map(({ type, value }) => [type, value]));
  const day = weekdays.findIndex((name) => name.startsWith((parts['weekday'] ?? '').toUpperCase()));
  const now = Number(parts['hour']) * 60 + Number(parts['minute']);
  const [from, to] = [parseTimeOfDay(start) ?? 0, parseTimeOfDay(end) ?? 0];
  const begins = (on: number): boolean => days.some((name) => name === weekdays[(on + 7) % 7]);
  if (from < to) return now >= from && now < to && begins(day);
  return (now >= from && begins(day)) || (now < to && begins(day - 1));
}

/** Returns whether two quiet hours are the same. */
export function isQuietAlike(one: QuietHours | null, other: QuietHours | null): boolean {
  return JSON.stringify(one && wordsOf(one)) === JSON.stringify(other && wordsOf(other));
}

function wordsOf({ start, end, timeZone, days }: QuietHours): readonly unknown[] {
  return [start, end, timeZone, days];
}
