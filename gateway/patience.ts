/** Waits for something of many, with as long for each. */
export interface Patience<T> {
  /** Begins to wait for one. */
  add(one: T): void;
  /** It has done what was waited for, or has gone. */
  remove(one: T): void;
}

/** Makes what calls `onLate` with each that has not been removed `ms` after it was added. It has one timer, and none while it waits for nobody. */
export function createPatience<T>(ms: number, onLate: (one: T) => void): Patience<T> {
  /** Since when each is waited for, the longest first. */
  const since = new Map<T, number>();
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    timer = undefined;
    const now = performance.now();
    for (const [one, at] of since) {
      if (now - at < ms) {
        lookIn(ms - (now - at));
        return;
      }
      since.delete(one);
      onLate(one);
    }
  }

  function lookIn(left: number): void {
    timer ??= setTimeout(look, left);
  }

  return {
    add(one) {
      since.set(one, performance.now());
      lookIn(ms);
    },
    remove(one) {
      since.delete(one);
      if (since.size > 0) return;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
