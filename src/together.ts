import DataLoader from 'dataloader';

/** How to batch reads. */
export interface Together<K> {
  /** The most keys of one read. */
  readonly atOnce: number;
  /** Identifies a key: keys with the same name are read once. */
  readonly name: (key: K) => string | bigint;
}

/**
 * Turns a read of many keys into a read of one key. All reads of one turn of the event loop become one batch, so the pages of a hundred
 * conversations in one response cost as many statements as one page. Nothing is cached after that.
 */
export function together<K, R>(read: (keys: readonly K[]) => Promise<readonly R[]>, { atOnce, name }: Together<K>): (key: K) => Promise<R> {
  const loader = new DataLoader<K, R, string | bigint>(
    (keys) => {
      loader.clearAll();
      return read(keys);
    },
    { maxBatchSize: atOnce, cacheKeyFn: name },
  );
  return (key) => loader.load(key);
}
