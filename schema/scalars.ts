import { GraphQLError, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { NewData } from '../src/data.ts';
import { momentForm, readMoment } from '../src/moment.ts';
import { builder } from './builder.ts';

// Output: ISO 8601 in UTC with milliseconds. Input: RFC 3339 with any offset.
/** Serialises and parses the scalar DateTime. */
export const dateTime = {
  description:
    'A date and time by the clock of the database, in RFC 3339 format, in UTC and with milliseconds, such as `2026-02-03T04:05:06.789Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (date: Date) => date.toISOString(),
  parseValue(value: unknown): Date {
    const date = typeof value === 'string' ? readMoment(value) : null;
    if (date === null) throw new GraphQLError(`A DateTime must be ${momentForm}.`);
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
