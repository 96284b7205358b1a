/** A bounded number of places. */
export interface Gate {
  /** Waits for a place at most so many ms, and answers the way to give it back; null: there was none by then. */
  enter(ms: number): Promise<(() => void) | null>;
}

/** First come, first served. */
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
