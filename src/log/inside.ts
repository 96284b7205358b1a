import DataLoader from 'dataloader';
import type { LockedStreams, StreamRow, Tx } from '../db/index.ts';
import type { Fact, Inside } from './append.ts';

/** A transaction that holds its locks, as all appends that share it see it. */
export interface Locked {
  readonly now: Date;
  readonly rows: ReadonlyMap<bigint, StreamRow>;
  readonly read: Inside['read'];
}

/** What a transaction reads, each fact once. Those asked for in one tick are read together. */
export function readInside(tx: Tx): Inside['read'] {
  const loaders = new Map<string, DataLoader<unknown, unknown, string>>();
  return <K, V>(fact: Fact<K, V>, key: K): Promise<V> => {
    let loader = loaders.get(fact.name) as DataLoader<K, V, string> | undefined;
    if (loader === undefined) {
      loader = new DataLoader<K, V, string>((keys) => fact.read(tx, keys), { cacheKeyFn: fact.key });
      loaders.set(fact.name, loader as DataLoader<unknown, unknown, string>);
    }
    return loader.load(key);
  };
}

/** The view of a transaction on what it has locked. */
export function lookInside(locked: LockedStreams, read: Inside['read']): Locked {
  const rows = new Map(locked.rows.map((row) => [row.id, row]));
  const now = new Date(Math.max(locked.now.getTime(), ...locked.rows.map((row) => row.lastAt.getTime())));
  return { now, rows, read };
}

/** What one append's decision sees: of the streams, those that it named. */
export function insideFor({ now, rows, read }: Locked, lock: readonly bigint[]): Inside {
  return {
    now,
    read,
    head(streamId) {
      if (!lock.includes(streamId)) throw new Error(`stream ${streamId} is looked at without its lock`);
      return rows.get(streamId) ?? null;
    },
  };
}
