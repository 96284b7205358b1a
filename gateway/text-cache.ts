import { LRUCache } from 'lru-cache';

/** A cache for texts that come again and again. The least recently used are dropped first. */
export interface TextCache<V> {
  get(key: string): V | undefined;
  /** Caches a value, unless its text is too long. */
  set(key: string, value: V): void;
}

// A parsed document takes up to some 200 bytes per character, so all of them stay within 100 MB, whoever sends them, signed in or not.
const maxCharacters = 500_000;
// A longer text is no document that a client sends again and again.
const maxOne = 20_000;

/**
 * Creates an empty cache. It is bounded by the length of its texts: bounded by number, it could hold a thousand documents of a megabyte
 * each. `textOf` returns the text that counts.
 */
export function createTextCache<V extends object | string>(textOf: (key: string, value: V) => string): TextCache<V> {
  // The library rejects a size of 0.
  const sizeOf = (value: V, key: string): number => Math.max(1, textOf(key, value).length);
  return new LRUCache<string, V>({ maxSize: maxCharacters, maxEntrySize: maxOne, sizeCalculation: sizeOf });
}
