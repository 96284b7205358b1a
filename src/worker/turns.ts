/** A semaphore: a bounded number of things that are done at the same time. */
export interface Turns {
  /** The number of turns that are free. */
  free(): number;
  /** Calls `work` when it has a turn, in the order of the calls. Rejects if the signal has aborted by the time its turn comes. */
  take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Creates turns. `onFree` is called whenever a turn ends. */
export function createTurns(size: number, onFree: () => void): Turns {
  const waiting: (() => void)[] = [];
  let taken = 0;

  async function enter(): Promise<void> {
    if (taken < size) {
      taken += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    await promise;
  }

  function leave(): void {
    const next = waiting.shift();
    // The turn goes directly to the next waiter, so that no new call can take it.
    if (next === undefined) taken -= 1;
    else next();
    onFree();
  }

  return {
    free: () => size - taken,
    async take(work, signal) {
      await enter();
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        leave();
      }
    },
  };
}
