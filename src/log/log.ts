import type { Logger } from 'pino';
import type { Bus } from '../bus/index.ts';
import type { Db, StreamRow } from '../db/index.ts';
import type { Append, Placed, Verdict } from './append.ts';
import type { Entry } from './entry.ts';
import { formatHint, streamTopic } from './hint.ts';
import { lookInside } from './inside.ts';
import { place } from './place.ts';
import { type LogPage, type LogRange, readHeads, readPage } from './read.ts';

/** The log's face. */
export interface Log {
  /**
   * Locks, decides, numbers, stores, commits, publishes. Resolves after commit. Throws what `decide` threw, or ChatError UNAVAILABLE: not
   * known to be stored, safe to send again where the act has a key or sets a state.
   */
  append<T>(append: Append<T>): Promise<T>;
  /** Entries past a position, without a hole. Throws ChatError UNAVAILABLE. */
  read(streamId: bigint, range: LogRange): Promise<LogPage>;
  /** The streams' rows as they stand; absent ones are absent. Throws ChatError UNAVAILABLE. */
  heads(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, StreamRow>>;
}

/** Makes the log over a database; published hints go out on the bus. */
export function createLog({ db, bus, logger }: { readonly db: Db; readonly bus: Bus; readonly logger: Logger }): Log {
  async function append<T>(act: Append<T>): Promise<T> {
    const { verdict, placed } = await db.transaction(async (tx) => {
      const inside = lookInside(tx, act.lock, await db.lockStreams(tx, act.lock));
      const verdict: Verdict<T> = await act.decide(inside);
      return { verdict, placed: await place(tx, inside, verdict) };
    });
    publish(placed, verdict.along);
    return verdict.result(placed);
  }

  // Not awaited: an answer never waits for the bus, and what it loses the readers find in the log.
  function publish({ entries }: Placed, along: (entry: Entry) => unknown = () => undefined): void {
    for (const entry of entries) {
      bus.publish(streamTopic(entry.streamId), formatHint({ kind: 'entry', entry, along: along(entry) })).catch((error: unknown) => {
        logger.warn({ err: error, streamId: String(entry.streamId), seq: entry.seq }, 'a hint could not be published');
      });
    }
  }

  return { append, read: (streamId, range) => readPage(db, streamId, range), heads: (ids) => readHeads(db, ids) };
}
