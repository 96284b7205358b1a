import type { Logger } from 'pino';

/** Says that what stands or came at `place` was ignored. `details` go into the log, so nothing that people have said. */
export type Complain = (place: string, details?: Readonly<Record<string, unknown>>) => void;

// Whoever fills every place with rubbish does not fill the log as well; past so many they are counted as one.
const maxPlaces = 100;
const elsewhere = 'elsewhere';

/**
 * Counts what others have written that cannot be read here, by its place, and warns of it within bounds: at the first, the tenth, the hundredth … time at a
 * place, with how often it has been by then.
 */
export function createComplaints(logger: Logger, message: string): Complain {
  const times = new Map<string, number>();
  return (place, details) => {
    const name = times.has(place) || times.size < maxPlaces ? place : elsewhere;
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    if (Number.isInteger(Math.log10(count))) logger.warn({ place, times: count, ...details }, message);
  };
}
