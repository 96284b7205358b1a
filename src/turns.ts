import type { ChatError } from './errors.ts';

/** How many pieces of work run at a time, and how many may wait. */
export interface Turns {
  readonly atOnce: number;
  readonly waiting: number;
  /** The longest wait, in ms. */
  readonly longestMs: number;
  /** Creates the error for work that finds the queue full, or waits too long. */
  readonly refusal: () => ChatError;
}

/**
 * Creates a function that runs work, a few pieces at a time, in the order in which it was called. It rejects with the refusal if the queue
 * is full or the wait too long, with the signal's reason if that aborts during the wait, and otherwise as the work does.
 */
export function inTurns({ atOnce, waiting, longestMs, refusal }: Turns): <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  // A Set keeps the order of insertion.
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
      // Work that ends hands its place on without decrementing `running`, so no newcomer can take the place in between.
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

/** Creates the same with a separate queue per key: nobody waits for another key's work. */
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
