import DataLoader from 'dataloader';
import type { LockedStreams, StreamRow, Tx } from '../db/index.ts';
import type { Fact, Inside } from './append.ts';

/** What a decision sees, plus what placing its entries needs. */
export interface LockedInside extends Inside {
  readonly rows: ReadonlyMap<bigint, StreamRow>;
}

/** Opens the view of a transaction that holds the locks on `lock`. Facts asked for in one tick are read together. */
export function lookInside(tx: Tx, lock: readonly bigint[], locked: LockedStreams): LockedInside {
  const allowed = new Set(lock);
  const rows = new Map(locked.rows.map((row) => [row.id, row]));
  const loaders = new Map<string, DataLoader<unknown, unknown, string>>();
  const now = new Date(Math.max(locked.now.getTime(), ...locked.rows.map((row) => row.lastAt.getTime())));

  function read<K, V>(fact: Fact<K, V>, key: K): Promise<V> {
    let loader = loaders.get(fact.name) as DataLoader<K, V, string> | undefined;
    if (loader === undefined) {
      loader = new DataLoader<K, V, string>((keys) => fact.read(tx, keys), { cacheKeyFn: fact.key });
      loaders.set(fact.name, loader as DataLoader<unknown, unknown, string>);
    }
    return loader.load(key);
  }

  function head(streamId: bigint): StreamRow | null {
    if (!allowed.has(streamId)) throw new Error(`stream ${streamId} is looked at without its lock`);
    return rows.get(streamId) ?? null;
  }

  return { now, rows, head, read };
}
