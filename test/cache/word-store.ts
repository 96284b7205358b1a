import type { Cache, CacheKind, Caches } from '../../src/cache/index.ts';

/** What is behind a cache in these tests: words by key, as in a database, and a record of the reads. */
export interface WordStore {
  readonly words: Map<number, string>;
  /** The keys of each read, in the order of the reads. */
  readonly reads: (readonly number[])[];
  /** Holds reads back until the returned function is called. A held read returns what it found before it waited. */
  hold(): () => void;
  /** Makes later reads fail with this error; null: they work again. */
  breakWith(fault: Error | null): void;
  /** A cache in front of the store. */
  cache(caches: Caches, options?: Partial<Pick<CacheKind<number, string>, 'changes' | 'shape'>>): Cache<number, string>;
}

/** Makes an empty store. */
export function wordStore(): WordStore {
  const words = new Map<number, string>();
  const reads: (readonly number[])[] = [];
  let held: Promise<void> | undefined;
  let fault: Error | null = null;

  async function read(keys: readonly number[]): Promise<readonly (string | null)[]> {
    reads.push(keys);
    if (fault !== null) throw fault;
    const found = keys.map((key) => words.get(key) ?? null);
    await held;
    return found;
  }

  return {
    words,
    reads,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    breakWith(other) {
      fault = other;
    },
    cache: (caches, { changes = true, shape = 'word text' } = {}) =>
      caches.of({
        ...{ name: 'word', shape, changes, read },
        key: String,
        pack: (word) => [word],
        fits: ([word, ...more]) => typeof word === 'string' && more.length === 0,
        unpack: ([word]) => String(word),
      }),
  };
}

/** Limits as a node has them by default. */
export const usualLimits = { bytes: 1_048_576, keptMs: 600_000, changingMs: 600_000, readMs: 8_000 };
