import { LRUCache } from 'lru-cache';

/** Servers that do not answer are left alone for a while. */
export interface Rests {
  /** For how many ms more; null: it may be asked. */
  left(origin: string): number | null;
  /** Takes note of how a request went. */
  note(origin: string, answered: boolean): void;
}

// One request that fails says little; so many in a row say that the next would too.
const inARow = 3;
const restMs = { first: 1_000, last: 60_000 };
// A user may name any server: what is known of those that were not asked for longest is forgotten.
const maxOrigins = 1_000;

interface Record {
  readonly failures: number;
  readonly until: number;
}

/** Keeps count of servers that fail, so that a dead one costs a request now and then. */
export function createRests(now: () => number): Rests {
  const records = new LRUCache<string, Record>({ max: maxOrigins });
  return {
    left(origin) {
      const ms = (records.get(origin)?.until ?? 0) - now();
      return ms > 0 ? ms : null;
    },
    note(origin, answered) {
      const failures = answered ? 0 : (records.get(origin)?.failures ?? 0) + 1;
      if (failures === 0) return void records.delete(origin);
      const ms = failures < inARow ? 0 : Math.min(restMs.first * 2 ** Math.min(failures - inARow, 16), restMs.last);
      records.set(origin, { failures, until: now() + ms });
    },
  };
}
