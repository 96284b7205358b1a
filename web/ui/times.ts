const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

/** The time of day. */
export function timeOf(moment: string): string {
  return time.format(new Date(moment));
}

/** The day, for people. */
export function dayOf(moment: string): string {
  return day.format(new Date(moment));
}

/** The time if it is today, otherwise the date. */
export function shortTime(moment: string): string {
  return dayOf(moment) === day.format(new Date()) ? timeOf(moment) : date.format(new Date(moment));
}
