/** Runs tasks one after another. */
export type InTurn = <T>(work: () => Promise<T> | T) => Promise<T>;

/**
 * Creates it. Events are applied and pages are read one after another. A page is therefore never older than the events applied before it was
 * requested, so it may replace the loaded state. Events that arrive meanwhile are applied after it.
 */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
