import DataLoader from 'dataloader';

/**
 * Makes a read by many keys into one by a single key: what is asked for in one turn of the event loop, by however many, is read together, `atOnce` keys
 * at a time. Nothing is kept. So the pages of a hundred conversations in one response cost as many statements as one.
 */
export function together<K, R>(read: (keys: readonly K[]) => Promise<readonly R[]>, atOnce: number): (key: K) => Promise<R> {
  const loader = new DataLoader<K, R>(read, { cache: false, maxBatchSize: atOnce });
  return (key) => loader.load(key);
}
