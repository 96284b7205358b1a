import type { Connection } from 'mariadb';
import { DatabaseError } from './database-error.ts';
import type { Migratable } from './migrate.ts';
import { checkVersion, openMysql } from './mysql-connection.ts';
import { getLock, lockName } from './mysql-lock.ts';
import type { MysqlAddress } from './mysql-url.ts';

// Longer than any migration should take. Beyond that, an operator has to look.
const migrationLockSeconds = 60;

// As Prisma's migration engine creates it.
const bookkeeping = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at DATETIME(3),
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at DATETIME(3),
  started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

/** Adapts a connection that was opened with `multipleStatements`. */
export function migratable(connection: Connection): Migratable {
  return {
    bookkeeping,
    now: 'UTC_TIMESTAMP(3)',
    atomic: false,
    rows: (text) => connection.query({ sql: text, dateStrings: true }),
    run: (text) => connection.query(text),
    script: (text) => connection.query(text),
  };
}

/**
 * Takes the lock under which a database is migrated, and checks the server's version. The lock ends with the connection. Throws DatabaseError
 * if another connection holds it for a minute, or the server is too old.
 */
export async function lockMigrating(connection: Connection, address: MysqlAddress): Promise<void> {
  checkVersion(connection.serverVersion(), address.place);
  if (await getLock(connection, lockName(address), migrationLockSeconds)) return;
  throw new DatabaseError(
    `another node has been migrating ${address.database} for ${migrationLockSeconds} s: wait until it is done, then start again`,
  );
}

/** Runs `work` under a lock of the server, so that nodes that start together migrate one after another. */
export async function preparing<T>(address: MysqlAddress, work: (connection: Migratable) => Promise<T>): Promise<T> {
  const connection = await openMysql({ ...address.connection, multipleStatements: true });
  try {
    await lockMigrating(connection, address);
    return await work(migratable(connection));
  } finally {
    connection.destroy();
  }
}
