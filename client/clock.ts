/** What tells the time and wakes up: the system's, or a test's that moves when it is told to. */
export interface Clock {
  /** Now, in ms since 1970. */
  now(): number;
  /** Does the work in so many ms; what it answers calls that off. */
  after(ms: number, work: () => void): () => void;
}

/** The clock of the browser or process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
