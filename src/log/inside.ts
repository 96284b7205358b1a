import DataLoader from 'dataloader';
import type { LockedStreams, StreamRow, Tx } from '../db/index.ts';
import type { Fact, Inside } from './append.ts';

/** A transaction that holds its locks, shared by all appends of a commit. */
export interface Locked {
  readonly now: Date;
  readonly rows: ReadonlyMap<bigint, StreamRow>;
  readonly read: Inside['read'];
}

/** Makes the reader of a transaction. It reads each key of a fact once, and reads the keys that are requested in one tick together. */
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

/** Makes the view of a transaction on the streams that it has locked. */
export function lookInside(locked: LockedStreams, read: Inside['read']): Locked {
  const rows = new Map(locked.rows.map((row) => [row.id, row]));
  const now = new Date(Math.max(locked.now.getTime(), ...locked.rows.map((row) => row.lastAt.getTime())));
  return { now, rows, read };
}

/** Makes the view for one append's decision. Of the streams it shows only those that the append locks. */
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
