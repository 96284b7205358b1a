import type { Logger } from 'pino';
import { type Db, raiseLastSeen } from '../db/index.ts';

// A mass disconnect is stored with a few statements. The price: watchers learn of each change this much later.
const batchMs = 100;
const batchSize = 400;

/** Stores when users were last seen, many users per statement. */
export interface LastSeenNotes extends AsyncDisposable {
  /**
   * Stores that a user was last seen at `at`, a time of this process' performance.now(). Resolves once it is stored, with the time by the
   * database's clock, or with null if it could not be stored. Never rejects.
   */
  note(userId: bigint, at: number): Promise<Date | null>;
}

interface Note {
  readonly userId: bigint;
  readonly at: number;
  readonly settle: (at: Date | null) => void;
}

/** Creates the store of last-seen times. Disposing it stores what is still waiting. */
export function createLastSeenNotes({ db, logger }: { readonly db: Db; readonly logger: Logger }): LastSeenNotes {
  let waiting: Note[] = [];
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> = Promise.resolve();

  async function store(notes: readonly Note[]): Promise<void> {
    try {
      const [now, elapsed] = [await db.now(), performance.now()];
      const dated = notes.map((note) => ({ ...note, date: new Date(now.getTime() - Math.max(0, elapsed - note.at)) }));
      const newest = new Map<bigint, Date>();
      for (const { userId, date } of dated) if (date > (newest.get(userId) ?? new Date(0))) newest.set(userId, date);
      await db.transaction((tx) =>
        raiseLastSeen(
          db,
          tx,
          [...newest].map(([userId, at]) => ({ userId, at })),
        ),
      );
      for (const { settle, date } of dated) settle(date);
    } catch (error) {
      logger.warn({ err: error, users: notes.length }, 'the last-seen times of users could not be stored');
      for (const { settle } of notes) settle(null);
    }
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const notes = waiting;
    waiting = [];
    for (let from = 0; from < notes.length; from += batchSize) {
      const batch = notes.slice(from, from + batchSize);
      storing = storing.then(() => store(batch));
    }
  }

  return {
    note(userId, at) {
      const { promise, resolve } = Promise.withResolvers<Date | null>();
      waiting.push({ userId, at, settle: resolve });
      timer ??= setTimeout(flush, batchMs);
      return promise;
    },
    async [Symbol.asyncDispose]() {
      flush();
      await storing;
    },
  };
}
