import type { Clock } from './clock.ts';

/** Runs one piece of work at a time. */
export type Locked = <T>(work: () => Promise<T>) => Promise<T>;

/** As much of `navigator.locks` as is needed. */
interface Locks {
  request<T>(name: string, options: { readonly signal: AbortSignal }, work: () => Promise<T>): Promise<T>;
}

// Whoever holds it asks a server that answers within moments. A tab that was put to sleep meanwhile may hold it for hours.
const longestMs = 10_000;

/**
 * One at a time on this page; and in all tabs, where there are Web Locks. Elsewhere, and where another tab holds it for too long, the work is done all the same: two that refresh at
 * the same moment are given the same tokens by the server.
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
