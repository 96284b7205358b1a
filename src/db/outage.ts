import type { Logger } from 'pino';
import { ChatError } from '../errors.ts';

/** Told of what a caller is about to be told. */
export type Tell = (error: unknown) => void;

// In an outage all who ask end so, for the same reason.
const quietMs = 10_000;

/**
 * Warns in the log why the database could not be used, where somebody is told UNAVAILABLE because of that: at once, and then once in ten seconds at most, with how
 * often it was meanwhile. All other errors are nothing to it. `now` in ms, by a clock that does not jump.
 */
export function tellOutages(logger: Logger, now: () => number = () => performance.now()): Tell {
  let toldAt = Number.NEGATIVE_INFINITY;
  let times = 0;
  return (error) => {
    if (!(error instanceof ChatError) || error.code !== 'UNAVAILABLE' || error.cause === undefined) return;
    times += 1;
    if (now() - toldAt < quietMs) return;
    logger.warn({ err: error.cause, times }, 'the database could not be used');
    toldAt = now();
    times = 0;
  };
}
