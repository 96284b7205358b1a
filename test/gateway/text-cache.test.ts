import { expect, test } from 'vitest';
import { createTextCache, type TextCache } from '../../gateway/text-cache.ts';

const document = {};

function createDocumentCache(): TextCache<object> {
  return createTextCache((text) => text);
}

function textOf(name: string, characters: number): string {
  return name.padEnd(characters, '#');
}

test('a document is found by its text', () => {
  const cache = createDocumentCache();
  cache.set('{ hello }', document);
  expect(cache.get('{ hello }')).toBe(document);
  expect(cache.get('{ hello  }')).toBeUndefined();
});

test('the least recently used documents are dropped when all together are too long', () => {
  const cache = createDocumentCache();
  cache.set(textOf('first', 20_000), document);
  cache.set(textOf('second', 20_000), document);
  for (let n = 0; n < 24; n += 1) {
    expect(cache.get(textOf('first', 20_000))).toBe(document);
    cache.set(textOf(`other ${n} `, 20_000), document);
  }
  expect(cache.get(textOf('second', 20_000))).toBeUndefined();
  expect(cache.get(textOf('first', 20_000))).toBe(document);
  expect(cache.get(textOf('other 23 ', 20_000))).toBe(document);
});

test('a document that is too long by itself is not kept', () => {
  const cache = createDocumentCache();
  cache.set(textOf('long', 20_001), document);
  expect(cache.get(textOf('long', 20_001))).toBeUndefined();
});
