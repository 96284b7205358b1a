/** A semaphore: a bounded number of places. */
export interface Gate {
  /** Waits at most `ms` milliseconds for a place. Returns a function that gives it back, or null if no place became free. */
  enter(ms: number): Promise<(() => void) | null>;
}

/** Creates a gate. Places are given in the order of the calls. */
export function createGate(size: number): Gate {
  const waiting = new Set<() => void>();
  let taken = 0;

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) taken -= 1;
    else {
      waiting.delete(next);
      next();
    }
  }

  return {
    async enter(ms) {
      if (taken < size) {
        taken += 1;
        return leave;
      }
      const turn = Promise.withResolvers<boolean>();
      const grant = () => turn.resolve(true);
      waiting.add(grant);
      const timer = setTimeout(() => {
        if (waiting.delete(grant)) turn.resolve(false);
      }, ms);
      const granted = await turn.promise;
      clearTimeout(timer);
      return granted ? leave : null;
    },
  };
}
