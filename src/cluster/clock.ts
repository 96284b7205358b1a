/** A clock of this process alone: it never jumps, and is not comparable to those of other nodes. */
export interface Clock {
  /** The time in ms since an arbitrary moment. */
  now(): number;
  /** Calls `work` once, after `ms` milliseconds. `work` never rejects. Returns a function that cancels the call. */
  after(ms: number, work: () => Promise<void>): () => void;
}

/** The process' own clock. Its timers do not keep the process alive. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(() => void work(), ms).unref();
    return () => clearTimeout(timer);
  },
};
