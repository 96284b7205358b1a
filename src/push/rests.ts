import { LRUCache } from 'lru-cache';

/** Keeps requests from servers that do not answer, for a while. */
export interface Rests {
  /** Returns for how many ms more the server must not be asked. Null: it may be asked. */
  left(origin: string): number | null;
  /** Records the result of a request. */
  note(origin: string, answered: boolean): void;
}

// One failure says little. After this many in a row, the next request would fail too.
const inARow = 3;
const restMs = { first: 1_000, last: 60_000 };
// Users may name any server, so the record is bounded: servers that were not used for the longest time are forgotten.
const maxOrigins = 1_000;

interface Record {
  readonly failures: number;
  readonly until: number;
}

/** Creates the record of failing servers, so that a dead server costs only a request now and then. */
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
