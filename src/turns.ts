import type { ChatError } from './errors.ts';

/** How much is under way at a time, and how much may wait for its turn. */
export interface Turns {
  readonly atOnce: number;
  readonly waiting: number;
  /** What who comes past that is told. */
  readonly refusal: () => ChatError;
}

/** Makes what runs work a few at a time, in the order in which it came. Rejects with the refusal where too much waits already, and as the work does. */
export function inTurns({ atOnce, waiting, refusal }: Turns): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running >= atOnce) {
      if (queue.length >= waiting) throw refusal();
      // Whoever ends hands their place on, so that nobody new can take it in between.
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
