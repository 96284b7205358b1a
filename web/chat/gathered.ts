/** Runs a piece of work once for all calls within a moment. */
export interface Gathered {
  soon(): void;
  stop(): void;
}

// Retention trims the conversations of a user one after another, each with an event of its own.
const gatherMs = 500;
// A server that is in trouble is not asked much.
const againMs = 5_000;

/** Creates it. Work that fails is done again until it succeeds. */
export function createGathered(work: () => Promise<void>): Gathered {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  function after(ms: number): void {
    if (!stopped) timer ??= setTimeout(run, ms);
  }

  function run(): void {
    timer = undefined;
    work().catch(() => after(againMs));
  }

  return {
    soon: () => after(gatherMs),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
