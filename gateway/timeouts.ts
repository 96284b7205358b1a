/** Waits for many items, with the same time-out for each. */
export interface Timeouts<T> {
  /** Starts waiting for an item. */
  add(one: T): void;
  /** Stops waiting for an item, because it is done or gone. */
  remove(one: T): void;
}

/**
 * Creates time-outs that call `onLate` with each item that was not removed within `ms` after it was added. All items share one timer.
 * There is none while nothing is waited for.
 */
export function createTimeouts<T>(ms: number, onLate: (one: T) => void): Timeouts<T> {
  /** The time at which each was added, oldest first. */
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
