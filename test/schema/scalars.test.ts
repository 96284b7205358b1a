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

  test.each([
    ...['', '2026-02-03', '2026-02-03T04:05:06', '2026-13-03T04:05:06Z', 'March 7', 1_770_000_000, null],
    ...['2026-02-03T24:00:00Z', '2026-02-30T00:00:00Z', '2026-02-29T00:00:00+01:00', '2026-02-03T04:05:06+99:00'],
  ])('is not %j', (value) => {
    expect(() => dateTime().parseValue(value)).toThrow('RFC 3339');
  });

  test.each([
    ...['0000-01-01T00:00:00Z', '0999-12-31T23:59:59.999Z', '10000-01-01T00:00:00Z', '+010000-01-01T00:00:00Z'],
    ...['9999-12-31T23:59:59-00:01', '1000-01-01T00:00:00+00:01'],
  ])('is none that the database could not hold: %s', (value) => {
    expect(() => dateTime().parseValue(value)).toThrow('of the years 1000 to 9999');
  });

  test.each([
    '2024-02-29T00:00:00Z',
    '1000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '2000-01-01T00:59:59+01:00',
  ])('may be %s', (value) => {
    expect(dateTime().parseValue(value)).toEqual(new Date(value));
  });
});
