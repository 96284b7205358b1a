import type { ChatError } from './errors.ts';

/** How much is under way at a time, and how much may wait for its turn. */
export interface Turns {
  readonly atOnce: number;
  readonly waiting: number;
  /** For how long anything waits, in ms. */
  readonly longestMs: number;
  /** What who comes past that, or waits for longer, is told. */
  readonly refusal: () => ChatError;
}

/**
 * Makes what runs work a few at a time, in the order in which it came. Rejects with the refusal where too much waits already, or it has waited for too long, with a
 * signal's reason where that aborts before its turn, and as the work does.
 */
export function inTurns({ atOnce, waiting, longestMs, refusal }: Turns): <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  // In the order in which they came.
  const queue = new Set<() => void>();
  let running = 0;

  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        leave();
        resolve();
      };
      const giveUp = () => {
        leave();
        reject(signal?.aborted ? signal.reason : refusal());
      };
      const late = setTimeout(giveUp, longestMs);
      function leave(): void {
        queue.delete(begin);
        clearTimeout(late);
        signal?.removeEventListener('abort', giveUp);
      }
      queue.add(begin);
      signal?.addEventListener('abort', giveUp);
    });
  }

  return async (work, signal) => {
    signal?.throwIfAborted();
    if (running >= atOnce) {
      if (queue.size >= waiting) throw refusal();
      // Whoever ends hands their place on, so that nobody new can take it in between.
      await turn(signal);
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const [next] = queue;
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Makes the same for each key apart: nobody waits for another key's work. */
export function inTurnsOfEach<K>(turns: Turns): <T>(key: K, work: () => Promise<T>) => Promise<T> {
  const lines = new Map<K, { readonly run: ReturnType<typeof inTurns>; inside: number }>();
  return async (key, work) => {
    const line = lines.get(key) ?? { run: inTurns(turns), inside: 0 };
    lines.set(key, line);
    line.inside += 1;
    try {
      return await line.run(work);
    } finally {
      line.inside -= 1;
      if (line.inside === 0) lines.delete(key);
    }
  };
}
