import { expect, test } from 'vitest';
import { toJson } from '../../src/log/json.ts';

test.each([
  [{ id: 9_007_199_254_740_993n, by: null }, '{"id":"9007199254740993","by":null}'],
  [{ at: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)), ids: [1n, -2n] }, '{"at":"2026-01-02T03:04:05.006Z","ids":["1","-2"]}'],
  [{ text: 'a "quote", \u2028, \ud800 and 👍', left: undefined }, '{"text":"a \\"quote\\", \u2028, \\ud800 and 👍"}'],
  [{ in: [{ deep: { enough: 5n } }], flag: true, seq: 7 }, '{"in":[{"deep":{"enough":"5"}}],"flag":true,"seq":7}'],
  [{ in: { none: null, list: [null, undefined, []] } }, '{"in":{"none":null,"list":[null,null,[]]}}'],
  [JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
  [undefined, 'null'],
])('JSON of the log has ids as decimal text and times as ISO 8601: %o', (value, text) => {
  expect(toJson(value)).toBe(text);
});
