import { setTimeout as delay } from 'node:timers/promises';
import { DriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { DatabaseError } from './database-error.ts';
import { deadlineIn } from './deadline.ts';
import { sqliteFile } from './sqlite-driver.ts';

// A node that is being restarted has the time of its old process's last moments.
const usualPatienceMs = 2_000;
const askAgainMs = 50;

async function tryHold(connection: SqlDriverAdapter): Promise<boolean> {
  try {
    await connection.executeRaw({ sql: 'BEGIN EXCLUSIVE', args: [], argTypes: [] });
    return true;
  } catch (error) {
    if (error instanceof DriverAdapterError && error.cause.kind === 'SocketTimeout') return false;
    throw error;
  }
}

/**
 * Keeps a database file for this Db alone, by an exclusive lock on an empty database beside it, which the system takes back when the process
 * ends in whatever way. Two nodes on one file would each publish to a bus of its own. Resolves to the way to let go; throws DatabaseError
 * where another holds it for longer than `patienceMs`.
 */
export async function holdFile(file: string, patienceMs = usualPatienceMs): Promise<() => Promise<void>> {
  const connection = await sqliteFile(`${file}.lock`)();
  const patience = deadlineIn(patienceMs);
  while (!(await tryHold(connection))) {
    if (patience.left() === 0) {
      await connection.dispose();
      throw new DatabaseError(
        `${file} is in use by another node: an embedded database has one. For several nodes set DATABASE_URL and REDIS_URL`,
      );
    }
    await delay(askAgainMs);
  }
  return async () => {
    // Closing alone would keep the lock until the garbage collector finds the connection's statements.
    await connection.executeRaw({ sql: 'ROLLBACK', args: [], argTypes: [] });
    await connection.dispose();
  };
}
