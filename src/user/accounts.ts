import type { Db } from '../db/index.ts';
import type { Log, Verdict } from '../log/index.ts';
import { openSessions } from './facts.ts';
import { sessionEnded } from './session.ts';
import { listSessions } from './sessions.ts';
import { readHandle } from './shape.ts';
import { endSessionRows, findByHandle, publicPart, readUserRows } from './store.ts';
import type { Session, User } from './user.ts';

/** Users as operators see them. Does not check who the operator is. */
export interface Accounts {
  /** Returns the user with a handle, or null if nobody has it. */
  byHandle(handle: string): Promise<User | null>;
  /** Returns a user, erased ones included, or null if there never was one. */
  byId(userId: bigint): Promise<User | null>;
  /** Returns a user's live sessions, newest first, at most 50. */
  sessions(userId: bigint): Promise<readonly Session[]>;
  /**
   * Ends all sessions of a user in one act, which closes their connections, and returns the ids of the sessions. A session that begins
   * later is not affected. Throws ChatError UNAVAILABLE.
   */
  endSessions(userId: bigint): Promise<readonly string[]>;
}

/** Creates the accounts. Needs only a database and a log. */
export function createAccounts({ db, log }: { readonly db: Db; readonly log: Log }): Accounts {
  return {
    async byHandle(text) {
      const handle = readHandle(text);
      const found = handle === null ? null : await findByHandle(db.client, handle);
      return found && publicPart(found);
    },
    async byId(userId) {
      const [row = null] = await readUserRows(db.client, [userId]);
      return row && publicPart(row);
    },
    sessions: (userId) => listSessions({ db }, { userId }),
    endSessions: (userId) =>
      log.append<readonly string[]>({
        lock: [userId],
        async decide(inside): Promise<Verdict<readonly string[]>> {
          const ids = (await inside.read(openSessions, userId)).map(({ id }) => id);
          if (ids.length === 0) return { result: () => ids };
          return {
            // Null because operators act for the system.
            entries: () => ids.map((id) => ({ stream: userId, actorId: null, entry: sessionEnded(id) })),
            write: (tx, { at }) => endSessionRows(tx, ids, at),
            result: () => ids,
          };
        },
      }),
  };
}
