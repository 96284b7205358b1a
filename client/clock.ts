/** A clock with timers: the system's, or a test clock that is moved by hand. */
export interface Clock {
  /** Now, in ms since 1970. */
  now(): number;
  /** Calls `work` after so many ms. The returned function cancels that. */
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
