import { createHash } from 'node:crypto';
import type { Connection } from 'mariadb';
import { deadlineIn, within } from './deadline.ts';
import { connectMs, openMysql } from './mysql-connection.ts';
import type { MysqlAddress } from './mysql-url.ts';

/** Returns the name of a lock of the database server. All databases of a server share its lock names, which have at most 64 characters. */
export function lockName({ database }: MysqlAddress, work = ''): string {
  return `mpim:${work}${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
}

/** Takes a lock of the database server. Returns whether the connection has it within `seconds`. The lock ends with the connection. */
export async function getLock(connection: Connection, name: string, seconds: number): Promise<boolean> {
  const asked = connection.query('SELECT GET_LOCK(?, ?) AS got', [name, seconds]);
  const [row] = await within(deadlineIn((seconds + 5) * 1_000), asked);
  return Number(row?.got) === 1;
}

// A process that was killed a moment ago may still hold the lock.
const workLockSeconds = 2;
/**
 * How long a connection with a lock may be silent, in s: longer than any work. By default, the server closes a silent connection after eight
 * hours, which would release the lock.
 */
export const workSeconds = 2_000_000;

/** Implements Db.exclusive with a lock on a connection of its own. */
export async function lockWork(address: MysqlAddress, work: string): Promise<AsyncDisposable | null> {
  const connection = await openMysql(address.connection);
  const name = lockName(address, `${work}:`);
  let isHeld = false;
  try {
    await within(deadlineIn(connectMs), connection.query(`SET SESSION wait_timeout = ${workSeconds}`));
    isHeld = await getLock(connection, name, workLockSeconds);
  } finally {
    if (!isHeld) connection.destroy();
  }
  if (!isHeld) return null;
  return {
    async [Symbol.asyncDispose]() {
      // The server notices a closed connection only later, so release first. If that fails, the server notices all the same.
      await within(deadlineIn(connectMs), connection.query('DO RELEASE_LOCK(?)', [name])).catch(() => undefined);
      connection.destroy();
    },
  };
}
