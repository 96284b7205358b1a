import { GraphQLScalarType, parseValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';

function scalar(name: string): GraphQLScalarType {
  const type = schema.getType(name);
  if (!(type instanceof GraphQLScalarType)) throw new Error(`${name} is a scalar`);
  return type;
}

const dateTime = () => scalar('DateTime');

describe('DateTime', () => {
  test('is serialized in UTC with milliseconds', () => {
    expect(dateTime().serialize(new Date('2026-02-03T04:05:06+01:00'))).toBe('2026-02-03T03:05:06.000Z');
  });

  test('is parsed with any offset', () => {
    expect(dateTime().parseValue('2026-02-03T04:05:06.7+01:00')).toEqual(new Date('2026-02-03T03:05:06.700Z'));
  });

  test.each([
    ...['', '2026-02-03', '2026-02-03T04:05:06', '2026-13-03T04:05:06Z', 'March 7', 1_770_000_000, null],
    ...['2026-02-03T24:00:00Z', '2026-02-30T00:00:00Z', '2026-02-29T00:00:00+01:00', '2026-02-03T04:05:06+99:00'],
  ])('does not accept %j', (value) => {
    expect(() => dateTime().parseValue(value)).toThrow('RFC 3339');
  });

  test.each([
    ...['0000-01-01T00:00:00Z', '0999-12-31T23:59:59.999Z', '10000-01-01T00:00:00Z', '+010000-01-01T00:00:00Z'],
    ...['9999-12-31T23:59:59-00:01', '1000-01-01T00:00:00+00:01'],
  ])('does not accept what the database could not store: %s', (value) => {
    expect(() => dateTime().parseValue(value)).toThrow('in the years 1000 to 9999');
  });

  test.each([
    '2024-02-29T00:00:00Z',
    '1000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '2000-01-01T00:59:59+01:00',
  ])('accepts %s', (value) => {
    expect(dateTime().parseValue(value)).toEqual(new Date(value));
  });
});

describe('JSONObject', () => {
  const jsonObject = () => scalar('JSONObject');

  test('keeps the order and names of its JSON, including __proto__', () => {
    const json = '{"b":[1,{"a":null}],"a":"1","__proto__":{"x":1}}';
    expect(JSON.stringify(jsonObject().serialize(json))).toBe(json);
    expect(JSON.stringify(jsonObject().parseValue(JSON.parse(json)))).toBe(json);
    expect(JSON.stringify(jsonObject().parseLiteral(parseValue('{b: [1, {a: null}], a: "1", __proto__: {x: 1}}')))).toBe(json);
  });

  test.each(['{"a":1}', '', 1, true, null, undefined, [], [{ a: 1 }]])('does not accept %j', (value) => {
    expect(() => jsonObject().parseValue(value)).toThrow('must be a JSON object');
  });

  test.each(['"{}"', '1', '1.5', 'true', 'WORD', '[]', '[{a: 1}]'])('does not accept the literal %s', (literal) => {
    expect(() => jsonObject().parseLiteral(parseValue(literal))).toThrow('must be a JSON object');
  });

  test('can have variables in a literal, which have no values during validation', () => {
    const node = parseValue('{a: $a, b: [$b]}');
    expect(jsonObject().parseLiteral(node, { a: { c: 1 } })).toEqual({ a: { c: 1 }, b: [undefined] });
    expect(jsonObject().parseLiteral(node)).toEqual({ a: undefined, b: [undefined] });
  });
});
