import type { Deadline } from './deadline.ts';
import { Transient } from './transient.ts';

/** A bounded number of slots, handed out in the order of requests. */
export interface Slots {
  /** How many there are. */
  readonly size: number;
  /** Waits for a slot and returns the function that gives it back (idempotent). Rejects with Transient at the deadline, or once closed. */
  take(deadline: Deadline): Promise<() => void>;
  /** Refuses present and later waiters. Resolves when every slot has been given back. */
  close(): Promise<void>;
}

interface Waiter {
  readonly grant: () => void;
  readonly refuse: (why: string) => void;
}

/**
 * Creates slots that are handed out first come, first served. The pools of database drivers are not fair: unlucky waiters wait until they
 * time out.
 */
export function createSlots(size: number): Slots {
  const waiting = new Set<Waiter>();
  const idle = Promise.withResolvers<void>();
  let taken = 0;
  let closed = false;

  function next(): void {
    for (const waiter of waiting) {
      if (taken >= size) return;
      waiting.delete(waiter);
      taken += 1;
      waiter.grant();
    }
    if (closed && taken === 0) idle.resolve();
  }

  function place(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      taken -= 1;
      next();
    };
  }

  async function take(deadline: Deadline): Promise<() => void> {
    if (closed) throw new Transient('lost', 'the database was closed');
    if (taken < size && waiting.size === 0) {
      taken += 1;
      return place();
    }
    const turn = Promise.withResolvers<void>();
    const waiter: Waiter = { grant: () => turn.resolve(), refuse: (why) => turn.reject(new Transient('contended', why)) };
    const timer = setTimeout(() => {
      if (waiting.delete(waiter)) waiter.refuse('too many wait for the database');
    }, deadline.left());
    waiting.add(waiter);
    try {
      await turn.promise;
    } finally {
      clearTimeout(timer);
    }
    return place();
  }

  function close(): Promise<void> {
    closed = true;
    for (const waiter of waiting) waiter.refuse('the database was closed');
    waiting.clear();
    next();
    return idle.promise;
  }

  return { size, take, close };
}
