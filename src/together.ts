import DataLoader from 'dataloader';

/** How keys are read together. */
export interface Together<K> {
  /** Keys of one read. */
  readonly atOnce: number;
  /** The same for keys that ask for the same, which is then read once. */
  readonly name: (key: K) => string | bigint;
}

/**
 * Makes a read by many keys into one by a single key: what is asked for in one turn of the event loop, by however many, is read together. Nothing is kept
 * beyond it. So the pages of a hundred conversations in one response cost as many statements as one.
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
