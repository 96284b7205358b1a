import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareIds } from '../compare-ids.ts';
import { DatabaseError } from './database-error.ts';
import type { Client, Db, LockedStreams, Tx } from './db.ts';
import { PrismaClient } from './generated/sqlite/client.ts';
import { type Migratable, type MigrateOptions, migrate } from './migrate.ts';
import type { Outages } from './outage.ts';
import { inPieces } from './pieces.ts';
import { createPrismaDb } from './prisma-db.ts';
import { createSlots } from './slots.ts';
import { sqliteDriver } from './sqlite-driver.ts';
import { type Connection, holdFile, lockWork, preparing } from './sqlite-lock.ts';
import { sqliteStatements } from './sqlite-statements.ts';
import { streamRows } from './stream-row.ts';
import { createTransactionRunner } from './transaction-runner.ts';

/** The file of the embedded database, and how long calls may take. */
export interface SqliteOptions {
  /** Path of the file. The file and its folder are created if missing. */
  readonly file: string;
  /** Bounds every call, in ms (config WRITE_DEADLINE_MS). */
  readonly writeDeadlineMs: number;
  /** Whether to create a ServerKey row if there is none. */
  readonly serverKey?: boolean;
  /**
   * True for a command: it may share the file with a node that holds it, whether that node is running already or starts later. The command
   * must only do what a node notices by reading the database. False: no other node may have the file.
   */
  readonly beside?: boolean;
  /** Folder of the migrations. Defaults to this project's own. */
  readonly migrations?: string;
  /** Is told how each call ends. */
  readonly outages?: Outages | undefined;
}

/** Folder of the migrations of SQLite. */
export const ownMigrations = join(import.meta.dirname, '../../prisma/sqlite/migrations');

// As Prisma's migration engine creates it.
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

function migratable(connection: Connection): Migratable {
  return {
    bookkeeping,
    // The format in which the driver writes times.
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
    // Stored in the file. In WAL mode, readers and the writer do not wait for each other.
    await connection.queryRaw({ sql: 'PRAGMA journal_mode = WAL', args: [], argTypes: [] });
    return await migrate(migratable(connection), options);
  });
}

/**
 * Implements Db.lockStreams. There is nothing to lock: a transaction that writes holds SQLite's only write lock. The clock is the
 * machine's.
 */
async function lockStreams(tx: Tx, ids: readonly bigint[]): Promise<LockedStreams> {
  const sorted = [...new Set(ids)].sort(compareIds);
  const rows = await inPieces(sorted, (piece) => tx.stream.findMany({ where: { id: { in: [...piece] } }, orderBy: { id: 'asc' } }));
  return { now: new Date(), rows: streamRows(rows) };
}

/**
 * Creates the file if it is missing. It holds messages and password hashes, so file and folder are accessible to its user only, unless they
 * exist already. SQLite gives the files beside it the same permissions.
 */
async function makeFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await (await open(file, 'a', 0o600)).close();
}

/**
 * Opens the embedded database and migrates it: a SQLite file in WAL mode, whose commits survive a loss of power.
 *
 * Over all processes, one Db at a time may hold the file, besides those that are opened with `beside`. Throws DatabaseError for a second
 * one, and if the file cannot be used.
 */
export async function connectSqlite(options: SqliteOptions): Promise<Db> {
  const { file, writeDeadlineMs, serverKey = false, beside = false, migrations = ownMigrations, outages } = options;
  let letGo = async () => {};
  try {
    await makeFile(file);
    // A command may run for hours, and a node may start meanwhile.
    if (!beside) letGo = await holdFile(file);
    const { epoch } = await prepare(file, { folder: migrations, serverKey });
    const beginning = createTransactionRunner();
    const driver = sqliteDriver(file, (connection) => beginning.onConnection(sqliteStatements(connection)));
    // The two generated clients have the same shape: test/db/models.test.ts compares their models.
    const prisma = new PrismaClient({ adapter: driver.factory }) as unknown as Client;
    const db = createPrismaDb(
      {
        dialect: 'sqlite',
        prisma,
        statements: sqliteStatements(driver.reads),
        beginning,
        writers: createSlots(1),
        // Reads run one after another on the process's thread anyway. More snapshots at once would only use more memory.
        snapshots: createSlots(4),
        snapshotLevel: 'Serializable',
        lockStreams,
        exclusive: (work) => lockWork(file, work),
        now: async () => new Date(),
      },
      { epoch, deadlineMs: writeDeadlineMs, outages },
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
