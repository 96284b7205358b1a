import { LRUCache } from 'lru-cache';

/** What is kept for texts that come again and again, the least recently used forgotten first. */
export interface TextCache<V> {
  get(key: string): V | undefined;
  /** Keeps it, unless its text is too long to be sent often. */
  set(key: string, value: V): void;
}

// A parsed document takes up to some 200 bytes a character: so all of them stay within 100 MB, whoever sends them, signed in or not.
const maxCharacters = 500_000;
// What is longer is no document that a client sends again and again.
const maxOne = 20_000;

/** Makes an empty cache. It is bounded by the text it holds: by count alone, a thousand documents of a megabyte each would stay. `textOf` says which text that is. */
export function createTextCache<V extends object | string>(textOf: (key: string, value: V) => string): TextCache<V> {
  // The library takes nothing of no size.
  const sizeOf = (value: V, key: string): number => Math.max(1, textOf(key, value).length);
  return new LRUCache<string, V>({ maxSize: maxCharacters, maxEntrySize: maxOne, sizeCalculation: sizeOf });
}
