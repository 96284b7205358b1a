/**
 * Answers as `work` does, and rejects where a timer that is set now is over first. Where the bound is a timer of this process too, or where there is nothing to wait for, a machine that is busy makes
 * both late, and the answer is the same.
 */
export async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not over after ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What this process has to do until something is over, in ms of CPU: on a busy machine it may take any time. */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
