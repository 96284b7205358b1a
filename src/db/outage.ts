import type { Logger } from 'pino';
import { ChatError } from '../errors.ts';

/** A callback for the error that a caller is about to get. */
export type OnError = (error: unknown) => void;

// In an outage all calls fail for the same reason.
const quietMs = 10_000;

/**
 * Returns a function that logs a warning with the reason if a caller gets UNAVAILABLE because of the database. It logs the first at once,
 * then at most one in ten seconds, with the number of such errors since the last one. It ignores all other errors. `now` is in ms, on a
 * clock that does not jump.
 */
export function logOutages(logger: Logger, now: () => number = () => performance.now()): OnError {
  let toldAt = Number.NEGATIVE_INFINITY;
  let times = 0;
  return (error) => {
    if (!(error instanceof ChatError) || error.code !== 'UNAVAILABLE' || error.cause === undefined) return;
    times += 1;
    if (now() - toldAt < quietMs) return;
    logger.warn({ err: error.cause, times }, 'the database is unavailable');
    toldAt = now();
    times = 0;
  };
}
