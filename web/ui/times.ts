const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dateOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** The time of day. */
export function timeOf(moment: string): string {
  return time.format(new Date(moment));
}

/** The day, for people. It names the year unless that is the present one. */
export function dayOf(moment: string): string {
  return inWords(moment, day, dayOfYear);
}

/** The time if it is today, otherwise the date. */
export function shortTime(moment: string): string {
  return dayOf(moment) === dayOf(new Date().toISOString()) ? timeOf(moment) : inWords(moment, date, dateOfYear);
}

function inWords(moment: string, thisYear: Intl.DateTimeFormat, otherYear: Intl.DateTimeFormat): string {
  const at = new Date(moment);
  return (at.getFullYear() === new Date().getFullYear() ? thisYear : otherYear).format(at);
}
