import type { Logger } from 'pino';

/** Reports that the data at `place` was ignored. `details` are logged, so they must not contain what users wrote. */
export type ReportIgnored = (place: string, details?: Readonly<Record<string, unknown>>) => void;

// Bounds the log, even if every place holds garbage: further places are counted together.
const maxPlaces = 100;
const elsewhere = 'elsewhere';

/**
 * Counts data from others that cannot be read here, by its place. Logs a warning at the first, tenth, hundredth … time of a place, with the
 * count.
 */
export function createIgnoredReports(logger: Logger, message: string): ReportIgnored {
  const times = new Map<string, number>();
  return (place, details) => {
    const name = times.has(place) || times.size < maxPlaces ? place : elsewhere;
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    if (Number.isInteger(Math.log10(count))) logger.warn({ place, times: count, ...details }, message);
  };
}
