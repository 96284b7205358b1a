import type { Clock } from './clock.ts';

/** Runs one piece of work at a time. */
export type Locked = <T>(work: () => Promise<T>) => Promise<T>;

/** The part of `navigator.locks` that is needed. */
interface Locks {
  request<T>(name: string, options: { readonly signal: AbortSignal }, work: () => Promise<T>): Promise<T>;
}

// The holder usually waits for one response of the server. But a suspended tab can hold the lock for hours.
const longestMs = 10_000;

/**
 * Runs work one at a time on this page, and across all tabs if there are Web Locks. Without them, or if another tab holds the lock for too
 * long, the work runs anyway: the server gives two refreshes at the same moment the same tokens.
 */
export function webLock(name: string, clock: Clock): Locked {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(() => inTabs(name, clock, work));
    last = done.catch(() => undefined);
    return done;
  };
}

async function inTabs<T>(name: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const { locks } = (globalThis as { readonly navigator?: { readonly locks?: Locks } }).navigator ?? {};
  if (locks === undefined) return work();
  const tooLong = new AbortController();
  const calm = clock.after(longestMs, () => tooLong.abort());
  let begun = false;
  try {
    return await locks.request(name, { signal: tooLong.signal }, () => {
      begun = true;
      calm();
      return work();
    });
  } catch (error) {
    if (begun) throw error;
    return work();
  } finally {
    calm();
  }
}
