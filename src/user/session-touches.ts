import type { Db } from '../db/index.ts';
import type { SessionParts } from './session.ts';
import { touchSessions } from './store.ts';
import type { Session } from './user.ts';

// A list of devices shows to the minute when each was last used.
const seenEveryMs = 60_000;
// Thousands of sessions come within a minute when a network recovers. Those of this time share a write. No request waits for it.
const gatherMs = 250;
// The most sessions of one write, so that it does not hold its row locks longer than other statements can wait.
const atOnce = 400;

/** Marks a session as seen, unless that was done within the last minute. Never waits and never fails. */
export type TouchSession = (session: Pick<Session, 'id' | 'lastSeenAt'>) => void;

/** Creates the function that marks sessions as seen, many in one write. It runs beside the requests, which do not fail with it. */
export function createSessionTouches({ db, logger }: Pick<SessionParts, 'db' | 'logger'>): TouchSession {
  // Sessions with a write under way. Without this, a burst of requests after a silence would write once each, one waiting for the other.
  const touching = new Set<string>();
  let gathered: string[] = [];

  async function store(ids: readonly string[]): Promise<void> {
    try {
      const at = new Date();
      await touchAll(db, ids, { at, before: new Date(at.getTime() - seenEveryMs) });
    } catch (error) {
      logger.debug({ err: error, sessions: ids.length }, 'the last use of sessions could not be stored');
    } finally {
      for (const id of ids) touching.delete(id);
    }
  }

  function flush(): void {
    const ids = gathered;
    gathered = [];
    void store(ids);
  }

  return ({ id, lastSeenAt }) => {
    if (Date.now() - lastSeenAt.getTime() < seenEveryMs || touching.has(id)) return;
    touching.add(id);
    gathered.push(id);
    if (gathered.length === 1) setTimeout(flush, gatherMs).unref();
  };
}

async function touchAll(db: Db, ids: readonly string[], times: Parameters<typeof touchSessions>[2]): Promise<void> {
  for (let from = 0; from < ids.length; from += atOnce) {
    await db.transaction((tx) => touchSessions(tx, ids.slice(from, from + atOnce), times));
  }
}
