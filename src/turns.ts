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
export function inTurns(turns: Turns): <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  const run = inFairTurns<null>(turns);
  return (work, signal) => run(null, work, signal);
}

interface Waiter {
  readonly begin: () => void;
  readonly refuse: () => void;
}

/**
 * Creates the same for work of many keys, such as users, whose work is taken in rotation. If the queue is full, the key that waits with the
 * most work makes room: its latest is refused in place of the newcomer. So one key alone may use the whole queue, and keeps nobody out.
 */
export function inFairTurns<K>({
  atOnce,
  waiting,
  longestMs,
  refusal,
}: Turns): <T>(key: K, work: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  // The keys are in the order in which they are served, and what waits of each in the order of arrival.
  const lines = new Map<K, Set<Waiter>>();
  let queued = 0;
  let running = 0;

  function makeRoom(key: K): void {
    if (queued < waiting) return;
    const own = lines.get(key)?.size ?? 0;
    let longest: Set<Waiter> | undefined;
    for (const line of lines.values()) if (line.size > (longest?.size ?? own + 1)) longest = line;
    if (longest === undefined) throw refusal();
    [...longest].at(-1)?.refuse();
  }

  function turn(key: K, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = lines.get(key) ?? new Set();
      const waiter: Waiter = {
        begin() {
          leave();
          resolve();
        },
        refuse() {
          leave();
          reject(signal?.aborted ? signal.reason : refusal());
        },
      };
      const late = setTimeout(waiter.refuse, longestMs);
      function leave(): void {
        queued -= 1;
        line.delete(waiter);
        if (line.size === 0) lines.delete(key);
        clearTimeout(late);
        signal?.removeEventListener('abort', waiter.refuse);
      }
      queued += 1;
      lines.set(key, line.add(waiter));
      signal?.addEventListener('abort', waiter.refuse);
    });
  }

  function handOn(): void {
    const [next] = lines;
    if (next === undefined) {
      running -= 1;
      return;
    }
    const [key, line] = next;
    // To the end of the rotation, unless this was its last.
    lines.delete(key);
    if (line.size > 1) lines.set(key, line);
    const [waiter] = line;
    waiter?.begin();
  }

  return async (key, work, signal) => {
    signal?.throwIfAborted();
    if (running >= atOnce) {
      makeRoom(key);
      // Work that ends hands its place on without decrementing `running`, so no newcomer can take the place in between.
      await turn(key, signal);
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      handOn();
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
