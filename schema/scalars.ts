import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

// RFC 3339 with any number of fractional digits; Date.parse alone would also take "March 7" and dates without a zone.
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

// A moment: given out as ISO 8601 in UTC with milliseconds, taken as RFC 3339 with any offset.
builder.scalarType('DateTime', {
  description: 'A moment, by the clock of the database: RFC 3339, in UTC and with milliseconds, such as `2026-02-03T04:05:06.789Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (date) => date.toISOString(),
  parseValue(value) {
    const date = typeof value === 'string' && rfc3339.test(value) ? new Date(value) : undefined;
    if (date === undefined || Number.isNaN(date.getTime())) throw new GraphQLError('A DateTime is RFC 3339 text with a time zone.');
    return date;
  },
});
