import type { ListedStorage } from '../../client/index.ts';

/** A `localStorage` in memory. The order of its keys says nothing, as in browsers. */
export function listedStorage(): ListedStorage {
  const held = new Map<string, string>();
  return {
    get length() {
      return held.size;
    },
    key: (index) => [...held.keys()].toSorted().reverse()[index] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
}
