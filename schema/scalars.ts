import { GraphQLError, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { NewData } from '../src/data.ts';
import { builder } from './builder.ts';

// RFC 3339 with any number of fractional digits. Date.parse alone also accepts "March 7" and dates without a zone.
const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt](?!24)\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
// The range of MySQL, in UTC: an offset can lead out of it.
const years = { first: 1000, last: 9999 };

function readDate(text: string): Date | null {
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

// Output: ISO 8601 in UTC with milliseconds. Input: RFC 3339 with any offset.
/** Serialises and parses the scalar DateTime. */
export const dateTime = {
  description:
    'A date and time by the clock of the database, in RFC 3339 format, in UTC and with milliseconds, such as `2026-02-03T04:05:06.789Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (date: Date) => date.toISOString(),
  parseValue(value: unknown): Date {
    const date = typeof value === 'string' ? readDate(value) : null;
    if (date === null)
      throw new GraphQLError(`A DateTime must be an RFC 3339 string with a time zone, in the years ${years.first} to ${years.last}.`);
    return date;
  },
};

builder.scalarType('DateTime', dateTime);

/**
 * Serialises and parses JSON objects with custom data of clients. Inside the server they are JSON text. Content and size are checked by the
 * modules that take them.
 */
export const jsonObject = {
  description:
    'A JSON object with custom data of clients, never a list or a single value. In a document, it is written as an input object, which can contain variables. A part whose variable is not given is absent.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc7493',
  serialize: (text: string): unknown => JSON.parse(text),
  parseValue: requireObject,
  // There are no variables while a document is validated.
  parseLiteral: (node: ValueNode, variables?: Readonly<Record<string, unknown>> | null) =>
    requireObject(valueFromASTUntyped(node, variables)),
};

function requireObject(value: unknown): NewData {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as NewData;
  throw new GraphQLError('A JSONObject must be a JSON object, not a list, string or number.');
}

builder.scalarType('JSONObject', jsonObject);
