/** Names of the days, in the order of ISO 8601 (schema: `enum Weekday`). */
export const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;
export type Weekday = (typeof weekdays)[number];

/** When a user is told of nothing: from one time of the day to another, by the clocks of a zone. */
export interface QuietHours {
  /** Such as `22:30`. */
  readonly start: string;
  /** The same; before or at `start`: on the next day. */
  readonly end: string;
  /** By its IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
  /** The days on which they begin; at least one. */
  readonly days: readonly Weekday[];
}

/** A time of day in minutes since midnight; null for what is none. */
export function parseTimeOfDay(text: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** The same as text. */
export function formatTimeOfDay(minutes: number): string {
  return new Date(minutes * 60_000).toISOString().slice(11, 16);
}

/** The zone as the clocks here know it, under the name they give it; null: they do not. */
export function knownTimeZone(name: string): string | null {
  // An offset is none: it knows no summer.
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

// Making one takes some 50 µs, and there are some 600 zones.
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const parts = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const clock = new Intl.DateTimeFormat('en-US', { timeZone, ...parts });
  clocks.set(timeZone, clock);
  return clock;
}

/** True where a moment lies in the quiet hours: what begins on Friday at 22:00 and ends at 7:00 lasts into Saturday, whether Saturday is one of the days or not. */
export function isQuiet({ start, end, timeZone, days }: QuietHours, moment: Date): boolean {
  const parts = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  );
  const day = weekdays.findIndex((name) => name.startsWith((parts['weekday'] ?? '').toUpperCase()));
  const now = Number(parts['hour']) * 60 + Number(parts['minute']);
  const [from, to] = [parseTimeOfDay(start) ?? 0, parseTimeOfDay(end) ?? 0];
  const begins = (on: number): boolean => days.some((name) => name === weekdays[(on + 7) % 7]);
  if (from < to) return now >= from && now < to && begins(day);
  return (now >= from && begins(day)) || (now < to && begins(day - 1));
}

/** True where two are quiet at the same times. */
export function isQuietAlike(one: QuietHours | null, other: QuietHours | null): boolean {
  return JSON.stringify(one && wordsOf(one)) === JSON.stringify(other && wordsOf(other));
}

function wordsOf({ start, end, timeZone, days }: QuietHours): readonly unknown[] {
  return [start, end, timeZone, days];
}
