import { setTimeout as delay } from 'node:timers/promises';
import { DriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { DatabaseError } from './database-error.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { sqliteFile } from './sqlite-driver.ts';

// When a node restarts, its old process may need a moment to end.
const usualPatienceMs = 2_000;
// As on MySQL: longer than any migration should take. Beyond that, an operator has to look.
const migratingMs = 60_000;
const askAgainMs = 50;

/** A connection that runs statements outside of transactions. */
export type Connection = Pick<SqlDriverAdapter, 'queryRaw' | 'executeRaw' | 'executeScript'>;

/** Whether a statement was refused because another connection has the file (SQLITE_BUSY). Nothing of it was done. */
function isBusy(error: unknown): boolean {
  return error instanceof DriverAdapterError && error.cause.kind === 'SocketTimeout';
}

/** Repeats `work` while another connection has the file. Throws what `work` throws, and SQLITE_BUSY past the deadline. */
async function unlessBusy<T>(work: () => Promise<T>, patience: Deadline): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || patience.left() === 0) throw error;
      await delay(askAgainMs);
    }
  }
}

/**
 * Takes a lock that the operating system releases when the process ends in any way: an exclusive transaction on an empty database. Resolves
 * to the function that releases it. Null: another connection holds it for longer than `patienceMs`.
 */
async function tryHold(place: string, patienceMs: number): Promise<(() => Promise<void>) | null> {
  const connection = await sqliteFile(place)();
  const run = (sql: string) => connection.executeRaw({ sql, args: [], argTypes: [] });
  try {
    await unlessBusy(() => run('BEGIN EXCLUSIVE'), deadlineIn(patienceMs));
  } catch (error) {
    await connection.dispose();
    if (isBusy(error)) return null;
    throw error;
  }
  return async () => {
    // Closing alone would keep the lock until the connection's statements are garbage-collected.
    await run('ROLLBACK');
    await connection.dispose();
  };
}

/**
 * Like `tryHold`, but throws DatabaseError with the message `otherwise` if another connection holds the lock for longer than `patienceMs`.
 */
async function hold(
  place: string,
  { patienceMs, otherwise }: { readonly patienceMs: number; readonly otherwise: string },
): Promise<() => Promise<void>> {
  const letGo = await tryHold(place, patienceMs);
  if (letGo === null) throw new DatabaseError(otherwise);
  return letGo;
}

/**
 * Keeps nodes from a database file, and imports, which may run beside a node. Resolves to the function that lets them in again. Throws
 * DatabaseError if one of them has the file.
 */
export async function holdStill(file: string): Promise<() => Promise<void>> {
  const letNodes = await hold(`${file}.lock`, {
    patienceMs: usualPatienceMs,
    otherwise: `A node has ${file} open. Stop it first.`,
  });
  try {
    const letImports = await hold(`${file}.import.lock`, {
      patienceMs: usualPatienceMs,
      otherwise: `An import into ${file} is under way. Wait for its end, or stop it: it can be run again on the new database.`,
    });
    return async () => {
      await letImports();
      await letNodes();
    };
  } catch (error) {
    await letNodes();
    throw error;
  }
}

/** Implements Db.exclusive for a database file. */
export async function lockWork(file: string, work: string): Promise<AsyncDisposable | null> {
  const letGo = await tryHold(`${file}.${work}.lock`, usualPatienceMs);
  return letGo && { [Symbol.asyncDispose]: letGo };
}

/**
 * Reserves a database file for one Db, with a lock file beside it. Two nodes on one file would each publish to their own bus. Resolves to
 * the function that releases the lock. Throws DatabaseError if another Db holds it for longer than `patienceMs`.
 */
export function holdFile(file: string, patienceMs = usualPatienceMs): Promise<() => Promise<void>> {
  const otherwise = `${file} is in use by another node: an embedded database has one. For several nodes set DATABASE_URL and REDIS_URL`;
  return hold(`${file}.lock`, { patienceMs, otherwise });
}

/**
 * Prepares a database file before it is used: runs `work` on a connection of its own, while no other process prepares the file. A command
 * may start at the same time as a node or another command.
 *
 * Statements wait while another connection has the file for a moment, such as a writer, or the last one to close it. Throws DatabaseError
 * if another process is preparing the file for a minute.
 */
export async function preparing<T>(file: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const otherwise = `another process has been migrating ${file} for ${migratingMs / 1_000} s: wait until it is done, then start again`;
  const letGo = await hold(`${file}.migrating.lock`, { patienceMs: migratingMs, otherwise });
  try {
    const connection = await sqliteFile(file)();
    try {
      return await work(patient(connection));
    } finally {
      await connection.dispose();
    }
  } finally {
    await letGo();
  }
}

function patient(connection: SqlDriverAdapter): Connection {
  async function wait<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await unlessBusy(ask, deadlineIn(usualPatienceMs));
    } catch (error) {
      throw isBusy(error) ? new Error('another program keeps it locked', { cause: error }) : error;
    }
  }
  return {
    queryRaw: (query) => wait(() => connection.queryRaw(query)),
    executeRaw: (query) => wait(() => connection.executeRaw(query)),
    executeScript: (script) => wait(() => connection.executeScript(script)),
  };
}
