import type { Logger } from 'pino';
import { ChatError } from '../errors.ts';

/** What a caller wanted: only to read, or a transaction that may write. A server that is full or read-only still answers reads. */
export type Wanted = 'read' | 'write';

/** Learns how each call to the database ends. */
export interface Outages {
  /** Called with the error that a caller is about to get. */
  failed(wanted: Wanted, error: unknown): void;
  /** Called after each success, so it costs next to nothing unless there is an outage. */
  succeeded(wanted: Wanted): void;
}

// In an outage all calls fail for the same reason. A server that lacks a resource refuses some calls and answers others, so an outage is
// over only when none has failed for this long.
const quietMs = 10_000;

/**
 * Logs outages. When a caller gets UNAVAILABLE because of the database, it logs a warning with the reason: the first at once, then at most
 * one in ten seconds, with the number of such errors since the last line. It ignores all other errors. When calls of the kind that failed
 * succeed again, and none has failed for ten seconds, it logs that the database is back. `now` is in ms, on a clock that does not jump.
 */
export function logOutages(logger: Logger, now: () => number = () => performance.now()): Outages {
  /** When calls of a kind failed last, until they succeed again. */
  const failedAt = new Map<Wanted, number>();
  let toldAt = Number.NEGATIVE_INFINITY;
  let times = 0;
  return {
    failed(wanted, error) {
      if (!(error instanceof ChatError) || error.code !== 'UNAVAILABLE' || error.cause === undefined) return;
      failedAt.set(wanted, now());
      times += 1;
      if (now() - toldAt < quietMs) return;
      logger.warn({ err: error.cause, times }, 'the database is unavailable');
      toldAt = now();
      times = 0;
    },
    succeeded(wanted) {
      if (failedAt.size === 0 || now() - (failedAt.get(wanted) ?? now()) < quietMs) return;
      failedAt.delete(wanted);
      if (failedAt.size > 0) return;
      logger.info({ times }, 'the database is back');
      times = 0;
    },
  };
}
