// RFC 3339 with any number of fractional digits. Date alone also accepts "March 7" and times without a zone. Hour 24 is not in RFC 3339.
const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt](?!24)\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
// The range of MySQL, in UTC: an offset can lead out of it.
const years = { first: 1000, last: 9999 };

/** What `readMoment` accepts, for messages that refuse other texts. */
export const momentForm = `an RFC 3339 string with a time zone, in the years ${years.first} to ${years.last}`;

/** Parses a time. Null if the text is not `momentForm`, or names a day that does not exist. */
export function readMoment(text: string): Date | null {
  const [, day] = rfc3339.exec(text) ?? [];
  const date = new Date(day === undefined ? '' : text);
  const year = date.getUTCFullYear();
  // Date takes a day that does not exist, such as 30 February, for one of the next month.
  return day !== undefined && year >= years.first && year <= years.last && isDay(day) ? date : null;
}

function isDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}
