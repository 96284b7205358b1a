import { setTimeout as delay } from 'node:timers/promises';
import { ChatError } from '../errors.ts';

/** The moment until which a caller waits. */
export interface Deadline {
  /** The ms that are left. 0 once it has passed. */
  left(): number;
  /** Why the last try failed. Whoever is told that the deadline has passed is told this too. */
  failure?: unknown;
}

/** Creates a deadline in `ms` from now, on a clock that does not jump. */
export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  return { left: () => Math.max(0, end - performance.now()) };
}

/** Creates the error for a caller whose request the database did not answer in time. */
export function unavailable(cause: unknown): ChatError {
  // After a second, a database that restarts is back, and the retries do not add to a jam.
  return new ChatError(
    'UNAVAILABLE',
    'The database did not answer in time. It is not known whether the request was stored: send the same request again.',
    {
      cause,
      retryAfterMs: 1_000,
    },
  );
}

/**
 * Settles as `work` does, or rejects with ChatError UNAVAILABLE at the deadline, never before it. After that, `work` continues and its
 * result is ignored.
 */
export async function within<T>(deadline: Deadline, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // A timer counts whole milliseconds and may fire one early. Work that then checks its deadline would complete what its caller was told
    // is not done.
    function wait(): void {
      const left = deadline.left();
      if (left === 0) reject(unavailable(new Error('the deadline passed', { cause: deadline.failure })));
      else timer = setTimeout(wait, left);
    }
    wait();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits before the next try, with jitter, so that callers that collided do not collide again. The wait starts at 10 ms, long enough for the
 * other side of a deadlock to finish. It doubles up to 250 ms, a rate that a restarting database bears from every caller at once.
 *
 * Rejects with ChatError UNAVAILABLE (with `cause`) if the deadline would pass meanwhile.
 */
export async function backOff(deadline: Deadline, tries: number, cause: unknown): Promise<void> {
  const ms = Math.min(250, 10 * 2 ** tries) * (0.5 + Math.random());
  if (ms >= deadline.left()) throw unavailable(cause);
  deadline.failure = cause;
  await delay(ms);
}
