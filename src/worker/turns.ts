/** A bounded number of things that are done at a time. */
export interface Turns {
  /** How many more could be begun at once. */
  free(): number;
  /** Does it when it is its turn, first come first served. Rejects, at the latest when its turn comes, where it was aborted by then. */
  take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Makes them. `onFree`: called after each thing that was done. */
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
    // Who waited has the place at once, so that nobody comes in between.
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
