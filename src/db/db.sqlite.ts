import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createBeginning } from './beginning.ts';
import { DatabaseError } from './database-error.ts';
import type { Client, Db, LockedStreams, Tx } from './db.ts';
import { PrismaClient } from './generated/sqlite/client.ts';
import { type Migratable, type MigrateOptions, migrate } from './migrate.ts';
import type { Tell } from './outage.ts';
import { inPieces } from './pieces.ts';
import { createPrismaDb } from './prisma-db.ts';
import { createSlots } from './slots.ts';
import { sqliteDriver } from './sqlite-driver.ts';
import { holdFile, holdWork, preparing, type Statements } from './sqlite-lock.ts';
import { sqliteStatements } from './sqlite-statements.ts';
import { streamRows } from './stream-row.ts';

/** Where the embedded database is and how long its calls may take. */
export interface SqliteOptions {
  /** Path of the file; it and its folder are made where they are not there. */
  readonly file: string;
  /** Bounds every call, in ms (config WRITE_DEADLINE_MS). */
  readonly writeDeadlineMs: number;
  /** Make a ServerKey row where there is none. */
  readonly serverKey?: boolean;
  /**
   * True for a command: it may share the file with a node, which holds it, be it there already or to come, as long as it does what a node hears of by
   * looking. False: no other node has the file.
   */
  readonly beside?: boolean;
  /** Folder of the migrations, where it is not this project's own. */
  readonly migrations?: string;
  /** Told of each error that a call ends with. */
  readonly tell?: Tell | undefined;
}

const ownMigrations = join(import.meta.dirname, '../../prisma/sqlite/migrations');

// As Prisma's migration engine makes it.
const bookkeeping = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "checksum" TEXT NOT NULL,
  "finished_at" DATETIME,
  "migration_name" TEXT NOT NULL,
  "logs" TEXT,
  "rolled_back_at" DATETIME,
  "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

function migratable(connection: Statements): Migratable {
  return {
    bookkeeping,
    // As the driver writes times.
    now: "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
    atomic: true,
    async rows(sql) {
      const { columnNames, rows } = await connection.queryRaw({ sql, args: [], argTypes: [] });
      return rows.map((row) => Object.fromEntries(columnNames.map((name, at) => [name, row[at]])));
    },
    async run(sql) {
      await connection.executeRaw({ sql, args: [], argTypes: [] });
    },
    script: (sql) => connection.executeScript(sql),
  };
}

function prepare(file: string, options: MigrateOptions): Promise<{ readonly epoch: string }> {
  return preparing(file, async (connection) => {
    // Kept in the file: readers do not wait for the writer, nor it for them.
    await connection.queryRaw({ sql: 'PRAGMA journal_mode = WAL', args: [], argTypes: [] });
    return await migrate(migratable(connection), options);
  });
}

/** Whoever writes holds SQLite's only write lock: there is nothing more to lock, and the clock is the machine's. */
async function lockStreams(tx: Tx, ids: readonly bigint[]): Promise<LockedStreams> {
  const sorted = [...new Set(ids)].sort((a, b) => (a < b ? -1 : 1));
  const rows = await inPieces(sorted, (piece) => tx.stream.findMany({ where: { id: { in: [...piece] } }, orderBy: { id: 'asc' } }));
  return { now: new Date(), rows: streamRows(rows) };
}

/**
 * Opens the embedded database, brought up to date: a SQLite file in WAL mode whose commits survive a loss of power. One Db at a time has
 * the file, in all processes, and whoever is `beside` it: a second one throws DatabaseError, as does a file that cannot be used.
 */
export async function connectSqlite(options: SqliteOptions): Promise<Db> {
  const { file, writeDeadlineMs, serverKey = false, beside = false, migrations = ownMigrations, tell } = options;
  // Password hashes are in it: a folder that is made here is the user's own.
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // A command may go on for hours: a node may start meanwhile.
  const letGo = beside ? async () => {} : await holdFile(file);
  try {
    const { epoch } = await prepare(file, { folder: migrations, serverKey });
    // The two generated clients have one shape: a test compares their models (test/db/models.test.ts).
    const beginning = createBeginning();
    const driver = sqliteDriver(file, (connection) => beginning.onBegun(sqliteStatements(connection)));
    const prisma = new PrismaClient({ adapter: driver.factory }) as unknown as Client;
    const db = createPrismaDb(
      {
        dialect: 'sqlite',
        prisma,
        statements: sqliteStatements(driver.reads),
        beginning,
        writers: createSlots(1),
        // Reads run one after another in the process's thread anyway: more snapshots at once would only hold more memory.
        snapshots: createSlots(4),
        snapshotLevel: 'Serializable',
        lockStreams,
        alone: (work) => holdWork(file, work),
        now: async () => new Date(),
      },
      { epoch, deadlineMs: writeDeadlineMs, tell },
    );
    return {
      ...db,
      async ping() {
        await db.client.$queryRaw`SELECT 1`;
      },
      async [Symbol.asyncDispose]() {
        try {
          await db[Symbol.asyncDispose]();
          await driver[Symbol.asyncDispose]();
        } finally {
          await letGo();
        }
      },
    };
  } catch (error) {
    await letGo();
    if (error instanceof DatabaseError) throw error;
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new DatabaseError(`the database file ${file} cannot be used: ${why}`, { cause: error });
  }
}
