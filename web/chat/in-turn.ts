/** Does one thing after the other. */
export type InTurn = <T>(work: () => Promise<T> | T) => Promise<T>;

/**
 * Makes it. Events are applied and pages read in turn: nothing in a page is older than what was applied before it was asked for, so it may replace what is
 * held; what happens meanwhile comes after it, and finds it there.
 */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
