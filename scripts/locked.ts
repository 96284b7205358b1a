import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Returns the text of a file. Empty if there is none. */
export async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/**
 * Runs `work` under a lock on a folder: one process at a time generates into it, so that none imports what another is still writing. The
 * lock is an exclusive transaction on an empty database, which the operating system ends with the process, however that ends. Throws if
 * another process holds it for longer than a minute.
 */
export async function locked(generated: string, work: () => Promise<void>): Promise<void> {
  await mkdir(generated, { recursive: true });
  // Rarely needed, so it is not loaded at each start.
  const { default: Database } = await import('libsql');
  const connection = new Database(join(generated, 'lock.db'));
  // Generating takes some seconds, tens on a slow machine. After a minute something else is wrong.
  for (const end = Date.now() + 60_000; ; await delay(100)) {
    try {
      connection.exec('BEGIN EXCLUSIVE');
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'SQLITE_BUSY' && Date.now() < end) continue;
      connection.close();
      throw new Error(`no lock on ${generated}`, { cause: error });
    }
  }
  try {
    await work();
  } finally {
    connection.exec('ROLLBACK');
    connection.close();
  }
}
