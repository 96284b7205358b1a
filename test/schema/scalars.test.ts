import { GraphQLScalarType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';

function dateTime(): GraphQLScalarType {
  const type = schema.getType('DateTime');
  if (!(type instanceof GraphQLScalarType)) throw new Error('DateTime is a scalar');
  return type;
}

describe('DateTime', () => {
  test('is given out in UTC with milliseconds', () => {
    expect(dateTime().serialize(new Date('2026-02-03T04:05:06+01:00'))).toBe('2026-02-03T03:05:06.000Z');
  });

  test('is taken with any offset', () => {
    expect(dateTime().parseValue('2026-02-03T04:05:06.7+01:00')).toEqual(new Date('2026-02-03T03:05:06.700Z'));
  });

  test.each(['', '2026-02-03', '2026-02-03T04:05:06', '2026-13-03T04:05:06Z', 'March 7', 1_770_000_000])('is not %j', (value) => {
    expect(() => dateTime().parseValue(value)).toThrow('RFC 3339');
  });
});
