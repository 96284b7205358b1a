import { setTimeout as delay } from 'node:timers/promises';
import mariadb, { type Connection } from 'mariadb';
import type { Cast } from './cast.ts';
import type { History, LookRecord } from './history.ts';

// A paused database never answers. The next look finds the same.
const patienceMs = 1_500;
// An act takes a few ms. A wrong state that lasts longer than this interval is seen.
const everyMs = 200;

/** Opens a direct connection to the database. Connecting and each answer have a time limit. */
export function openDatabase(databaseUrl: string): Promise<Connection> {
  const { hostname, port, username, pathname } = new URL(databaseUrl);
  return mariadb.createConnection({
    ...{ host: hostname, port: Number(port), user: username, database: pathname.slice(1) },
    // Times are returned as stored, in UTC. The collation is set in the handshake: for another time zone or collation the driver sends a
    // statement of its own, and if the server dies meanwhile, the driver rejects a promise that nobody can catch, which ends the process
    // (seen in 3.4.5).
    ...{ dateStrings: true, collation: 'UTF8MB4_BIN', bigIntAsNumber: true, connectTimeout: patienceMs, socketTimeout: patienceMs * 10 },
  });
}

/** Converts a column's time of such a connection to ISO 8601. */
export function momentOf(column: string): string {
  return new Date(`${column.replace(' ', 'T')}Z`).toISOString();
}

/** Returns the database's number in a global id. */
export function numberOf(id: string): number {
  return numberIn(id, 0);
}

/** Returns one of several numbers in a global id. In the ids of a message and of an option, place 1 is the message's seq. */
export function numberIn(id: string, place: number): number {
  return Number(Buffer.from(id, 'base64url').toString().split(':')[place + 1]);
}

/** Maps the database's numbers of all users and conversations of a run to their global ids. */
export function namesOf({ actors, rooms, door, crown, directs }: Cast): ReadonlyMap<number, string> {
  return new Map([...actors, ...rooms, door, crown, ...directs].map(({ id }) => [numberOf(id), id]));
}

/** Reads the current state from the database. With `spent`, revoked and used-up invites are included. */
export async function look(databaseUrl: string, cast: Cast, { spent }: { readonly spent: boolean }): Promise<LookRecord> {
  const connection = await openDatabase(databaseUrl);
  try {
    return await lookBy(connection, cast, spent);
  } finally {
    connection.destroy();
  }
}

/** Each of the two statements sees the rows as of one moment. */
async function lookBy(connection: Connection, cast: Cast, spent: boolean): Promise<LookRecord> {
  const names = namesOf(cast);
  const owners: readonly { readonly id: number; readonly ownerId: number; readonly userId: number | null }[] = await connection.query(
    `SELECT c.id, c.ownerId, m.userId FROM Conversation c
     LEFT JOIN Membership m ON m.conversationId = c.id AND m.role = 'OWNER' AND m.state = 'ACTIVE'
     WHERE c.kind = 'GROUP'`,
  );
  const uses: LookRecord['uses'] = await connection.query(
    `SELECT code AS invite, usesLeft AS \`left\` FROM GroupInvite WHERE usesLeft IS NOT NULL ${spent ? '' : 'AND revokedAt IS NULL'}`,
  );
  const owned = [...Map.groupBy(owners, ({ id }) => id)].map(([id, rows]) => ({
    stream: names.get(id) ?? '',
    owners: rows.flatMap(({ userId }) => (userId === null ? [] : [names.get(userId) ?? ''])),
    named: names.get(rows[0]?.ownerId ?? 0) ?? '',
  }));
  return { what: 'look', owned, uses: uses.map(({ invite, left }) => ({ invite, left })) };
}

/** Looks into the database again and again until it is ended, whatever fault there is. Looks without an answer are skipped. */
export function watch(databaseUrl: string, cast: Cast, history: History): { end(): Promise<void> } & AsyncDisposable {
  const ending = new AbortController();
  async function lookOn(): Promise<void> {
    while (!ending.signal.aborted) {
      const found = await look(databaseUrl, cast, { spent: false }).catch(() => undefined);
      if (found !== undefined) history.note(found);
      await delay(everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }
  const looking = lookOn();
  async function end(): Promise<void> {
    ending.abort();
    await looking;
  }
  return { end, [Symbol.asyncDispose]: end };
}
