/** What is kept for texts that come again and again, the least recently used forgotten first. */
export interface TextCache<V> {
  get(key: string): V | undefined;
  /** Keeps it, unless there is one of this key or its text is too long to be sent often. */
  set(key: string, value: V): void;
}

// A parsed document takes up to some 200 bytes a character: so all of them stay within 100 MB, whoever sends them, signed in or not.
const maxCharacters = 500_000;
// What is longer is no document that a client sends again and again.
const maxOne = 20_000;

/** Makes an empty cache. It is bounded by the text it holds: by count alone, a thousand documents of a megabyte each would stay. `textOf` says which text that is. */
export function createTextCache<V>(textOf: (key: string, value: V) => string): TextCache<V> {
  const values = new Map<string, V>();
  let characters = 0;

  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set(key, value) {
      const { length } = textOf(key, value);
      if (length > maxOne || values.has(key)) return;
      values.set(key, value);
      characters += length;
      for (const [oldest, forgotten] of values) {
        if (characters <= maxCharacters) return;
        values.delete(oldest);
        characters -= textOf(oldest, forgotten).length;
      }
    },
  };
}
