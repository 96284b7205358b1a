import { join } from 'node:path';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { connectSqlite } from '../../src/db/db.sqlite.ts';
import type { Db } from '../../src/db/index.ts';
import { embeddedStores, realStores } from './stores.ts';

// Long enough for two busy cores, short enough that a test of an outage ends.
const writeDeadlineMs = 8_000;

/** Opens a new SQLite database. Disposing it removes it. */
export async function sqliteDb(): Promise<Db> {
  const stores = await embeddedStores();
  const db = await connectSqlite({ file: join(stores.env['DATA_DIR'] ?? '', 'mpim.sqlite'), writeDeadlineMs });
  return leaving(db, stores);
}

/** Opens a new database on the run's MariaDB. Disposing it removes it. */
export async function mysqlDb(): Promise<Db> {
  const stores = await realStores();
  const db = await connectMysql({ url: stores.env['DATABASE_URL'] ?? '', connections: 10, writeDeadlineMs, serverKey: true });
  return leaving(db, stores);
}

function leaving(db: Db, stores: AsyncDisposable): Db {
  async function leave(): Promise<void> {
    await db[Symbol.asyncDispose]();
    await stores[Symbol.asyncDispose]();
  }
  return { ...db, [Symbol.asyncDispose]: leave };
}
