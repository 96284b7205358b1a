import type { Cache, CacheKind, Caches } from '../../src/cache/index.ts';

/** What stands behind a cache in these tests: things with a word each, as a database has them, and who asked for them. */
export interface Shelf {
  readonly words: Map<number, string>;
  /** The keys of each read, in the order of the reads. */
  readonly reads: (readonly number[])[];
  /** A read that is let go when told; what it answers was found before it waits. */
  hold(): () => void;
  /** From here on reads fail with this; null: they work again. */
  breakWith(fault: Error | null): void;
  /** A cache before it. */
  cache(caches: Caches, options?: Partial<Pick<CacheKind<number, string>, 'changes' | 'shape'>>): Cache<number, string>;
}

/** Makes an empty one. */
export function shelf(): Shelf {
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
