/** Time as a node feels it: it never jumps, and has nothing to do with that of others. */
export interface Clock {
  /** In ms, from some moment on. */
  now(): number;
  /** Does something once, in so many ms; it never rejects. Returns the way to call it off. */
  after(ms: number, work: () => Promise<void>): () => void;
}

/** The process's own. Its timers do not keep the process from ending. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(() => void work(), ms).unref();
    return () => clearTimeout(timer);
  },
};
