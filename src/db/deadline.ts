import { setTimeout as delay } from 'node:timers/promises';
import { ChatError } from '../errors.ts';

/** The latest moment at which a caller still waits. */
export interface Deadline {
  /** ms until then; 0 once it has passed. */
  left(): number;
}

/** A deadline `ms` from here on, by a clock that does not jump. */
export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  return { left: () => Math.max(0, end - performance.now()) };
}

/** What a caller is told when the database did not do it in time. */
export function unavailable(cause: unknown): ChatError {
  // A client that comes back after a second finds the server after a restart of its database, and does not add to a jam.
  return new ChatError(
    'UNAVAILABLE',
    'The database did not answer in time. It is not known whether the request was stored: send the same request again.',
    {
      cause,
      retryAfterMs: 1_000,
    },
  );
}

/** Settles as `work` does, or rejects with ChatError UNAVAILABLE at the deadline, never before it; `work` then goes on unheard. */
export async function within<T>(deadline: Deadline, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // A timer knows whole milliseconds and may ring one early. Work that looks at its deadline then would finish what its caller was told is not done.
    function wait(): void {
      const left = deadline.left();
      if (left === 0) reject(unavailable(new Error('the deadline passed')));
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
 * Waits before the next try: long enough for the other side of a deadlock to finish, doubling up to 250 ms, which a restarting database
 * bears from every caller at once; with jitter, so that those who met do not meet again. Rejects with ChatError UNAVAILABLE (`cause`) where
 * the deadline would pass meanwhile.
 */
export async function backOff(deadline: Deadline, tries: number, cause: unknown): Promise<void> {
  const ms = Math.min(250, 10 * 2 ** tries) * (0.5 + Math.random());
  if (ms >= deadline.left()) throw unavailable(cause);
  await delay(ms);
}
