import { setTimeout as delay } from 'node:timers/promises';
import { DriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { DatabaseError } from './database-error.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { sqliteFile } from './sqlite-driver.ts';

// A node that is being restarted has the time of its old process's last moments.
const usualPatienceMs = 2_000;
// As on MySQL: longer than any migration of ours should take; past it a person has to look.
const migratingMs = 60_000;
const askAgainMs = 50;

/** A connection that statements are run on, outside of transactions. */
export type Statements = Pick<SqlDriverAdapter, 'queryRaw' | 'executeRaw' | 'executeScript'>;

/** Whether a statement was refused because another connection has the file (SQLITE_BUSY): nothing of it is done. */
function isBusy(error: unknown): boolean {
  return error instanceof DriverAdapterError && error.cause.kind === 'SocketTimeout';
}

/** Does `work` again and again while another connection has the file. Throws what it throws, and that past the deadline. */
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

/** A lock, which the system takes back when the process ends in whatever way: on an empty database. Resolves to the way to let go; null: another holds it for longer than `patienceMs`. */
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
    // Closing alone would keep the lock until the garbage collector finds the connection's statements.
    await run('ROLLBACK');
    await connection.dispose();
  };
}

/** The same, for who cannot go on without it. Throws DatabaseError with `otherwise` where another holds it for longer than `patienceMs`. */
async function hold(
  place: string,
  { patienceMs, otherwise }: { readonly patienceMs: number; readonly otherwise: string },
): Promise<() => Promise<void>> {
  const letGo = await tryHold(place, patienceMs);
  if (letGo === null) throw new DatabaseError(otherwise);
  return letGo;
}

/** Keeps a kind of work on a database file for this process alone (Db.alone). */
export async function holdWork(file: string, work: string): Promise<AsyncDisposable | null> {
  const letGo = await tryHold(`${file}.${work}.lock`, usualPatienceMs);
  return letGo && { [Symbol.asyncDispose]: letGo };
}

/**
 * Keeps a database file for this Db alone, by a lock beside it. Two nodes on one file would each publish to a bus of its own. Resolves to the way to let go; throws DatabaseError
 * where another holds it for longer than `patienceMs`.
 */
export function holdFile(file: string, patienceMs = usualPatienceMs): Promise<() => Promise<void>> {
  const otherwise = `${file} is in use by another node: an embedded database has one. For several nodes set DATABASE_URL and REDIS_URL`;
  return hold(`${file}.lock`, { patienceMs, otherwise });
}

/**
 * Does what is done to a database file before it is used, on a connection of its own, while nobody else does so: a command may come as a node starts, or another command. Its statements wait for whoever has the
 * file for moments, as who writes, or is the last to close it. Throws DatabaseError where another is at it for a minute.
 */
export async function preparing<T>(file: string, work: (connection: Statements) => Promise<T>): Promise<T> {
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

function patient(connection: SqlDriverAdapter): Statements {
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
