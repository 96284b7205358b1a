import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mariadb';
import { newUuid, uuidBytes } from '../uuid.ts';
import { inBatches } from './batches.ts';
import { DatabaseError } from './database-error.ts';
import { connectMysql, type MysqlOptions, ownMigrations } from './db.mysql.ts';
import { deadlineIn } from './deadline.ts';
import { appliedQuery, checkApplied, fillingMark, migrate, readMigrations } from './migrate.ts';
import { checkVersion, openMysql } from './mysql-connection.ts';
import { explainMysql } from './mysql-error.ts';
import { getLock, lockName, workSeconds } from './mysql-lock.ts';
import { lockMigrating, migratable } from './mysql-preparing.ts';
import { type MysqlAddress, readMysqlUrl } from './mysql-url.ts';
import { insertRows } from './row-table.ts';
import { raw, sql } from './sql.ts';
import { type Model, models, type Row } from './table.ts';
import { type Filling, madeWithIt, type Target } from './transfer-ends.ts';

/** The address of the target, how many connections to use, and how long calls may take. */
export type TargetOptions = Pick<MysqlOptions, 'url' | 'connections' | 'writeDeadlineMs'>;

type Found = readonly Readonly<Record<string, unknown>>[];

// A process that was killed a moment ago may still hold the lock, or be connected.
const lockSeconds = 2;
const askAgainMs = 100;

/** Reads the names of the tables, in lower case: some servers store them so. */
async function tablesOf(connection: Connection): Promise<ReadonlySet<string>> {
  const rows: Found = await connection.query('SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()');
  return new Set(rows.map(({ name }) => String(name).toLowerCase()));
}

/** Counts the other connections to the database. Without the privilege PROCESS, a user sees only its own. */
async function othersAt(connection: Connection): Promise<number> {
  // Some servers write the name in lower case.
  const [current]: Found = await connection.query('SELECT DATABASE() AS name');
  const patience = deadlineIn(lockSeconds * 1_000);
  for (;;) {
    const all: readonly { readonly Id: bigint | number; readonly db: string | null }[] = await connection.query('SHOW PROCESSLIST');
    const others = all.filter(({ Id: id, db }) => db === current?.['name'] && Number(id) !== connection.threadId).length;
    if (others === 0 || patience.left() === 0) return others;
    await delay(askAgainMs);
  }
}

/** Returns a table that has data. Undefined if there is none. */
async function usedTable(connection: Connection, tables: ReadonlySet<string>): Promise<Model | undefined> {
  for (const model of models) {
    if (!tables.has(model.toLowerCase()) || madeWithIt.has(model)) continue;
    // A migration creates the server's stream.
    const [row]: Found = await connection.query(
      `SELECT 1 FROM ${model} ${model === 'Stream' ? 'WHERE id <> 0 OR lastSeq > 0' : ''} LIMIT 1`,
    );
    if (row !== undefined) return model;
  }
  return undefined;
}

async function isUnfinished(connection: Connection, tables: ReadonlySet<string>): Promise<boolean> {
  if (!tables.has('_prisma_migrations')) return false;
  return (await connection.query('SELECT 1 FROM _prisma_migrations WHERE id = ?', [fillingMark])).length > 0;
}

async function readObstacles(connection: Connection, address: MysqlAddress): Promise<readonly string[]> {
  const name = `The database ${address.database} at ${address.place}`;
  const obstacles: string[] = [];
  const others = await othersAt(connection);
  if (others > 0) obstacles.push(`${name} is in use (other connections: ${others}). Stop all nodes and programs that use it.`);
  const tables = await tablesOf(connection);
  if (!tables.has('_prisma_migrations')) {
    if (models.some((model) => tables.has(model.toLowerCase())))
      obstacles.push(`${name} has tables of another program. Use an empty database.`);
  } else {
    const migrations = await readMigrations(ownMigrations);
    const unfinished = await isUnfinished(connection, tables);
    // An interrupted transfer may have left a half-applied migration.
    const done = unfinished ? [] : checkApplied(migrations, await connection.query(appliedQuery), { filling: true });
    if ([...done].some((one) => !migrations.some((migration) => migration.name === one)))
      obstacles.push(`${name} is of a newer release. Use an empty database.`);
    if (unfinished) return obstacles;
  }
  const used = await usedTable(connection, tables);
  if (used !== undefined) obstacles.push(`${name} has data already (${used}). Use an empty database.`);
  return obstacles;
}

/** Creates all tables anew, empty. The mark comes first, so an interruption at any moment leaves a database that no node starts on. */
async function makeAnew(connection: Connection): Promise<void> {
  const database = migratable(connection);
  await database.run(database.bookkeeping);
  await connection.query(
    `INSERT IGNORE INTO _prisma_migrations (id, checksum, migration_name, logs, started_at)
      VALUES (?, '', ?, 'a transfer of data into this database has not finished: run npm run admin -- transfer again', UTC_TIMESTAMP(3))`,
    [fillingMark, fillingMark],
  );
  await connection.query(`DROP TABLE IF EXISTS ${models.map((model) => `\`${model}\``).join(', ')}`);
  await connection.query('DELETE FROM _prisma_migrations WHERE id <> ?', [fillingMark]);
  await migrate(database, { folder: ownMigrations, serverKey: false, filling: true });
  for (const model of models) if (model !== 'Deployment') await connection.query(`DELETE FROM \`${model}\``);
}

// In the unit of the bound for a statement's text.
function weightOf(row: Row): number {
  let weight = 0;
  for (const value of Object.values(row)) if (typeof value === 'string' || value instanceof Uint8Array) weight += value.length;
  return weight;
}

async function openFilling(options: TargetOptions): Promise<Filling> {
  const db = await connectMysql({ ...options, filling: true });
  return {
    db,
    async insert({ name, kinds }, rows) {
      await db.commit(uuidBytes(newUuid()), (tx) =>
        inBatches(rows, weightOf, (batch) => insertRows(db, tx, { table: name, kinds, rows: batch })),
      );
    },
    ask: (query) => db.client.$queryRaw(query),
    async finish({ name, kinds }, row) {
      // Every statement can be repeated, so a lost COMMIT needs no mark.
      await db.commitIdempotent(async (tx) => {
        await tx.$executeRaw(raw(`DELETE FROM ${name}`));
        await insertRows(db, tx, { table: name, kinds, rows: [row] });
        await tx.$executeRaw(raw('DELETE FROM `Commit`'));
        await tx.$executeRaw(sql`DELETE FROM _prisma_migrations WHERE id = ${fillingMark}`);
      });
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  };
}

/**
 * Opens a MySQL or MariaDB database for a transfer, and changes nothing yet. Throws DatabaseError with one line that says what to do, as
 * connectMysql, and if another transfer has the database open.
 */
export async function openTarget(options: TargetOptions): Promise<Target> {
  const address = readMysqlUrl(options.url);
  async function explained<T>(work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      throw explainMysql(error, address);
    });
  }

  const connection = await explained(openMysql({ ...address.connection, multipleStatements: true }));
  try {
    checkVersion(connection.serverVersion(), address.place);
    await connection.query(`SET SESSION wait_timeout = ${workSeconds}`);
    if (!(await getLock(connection, lockName(address, `${fillingMark}:`), lockSeconds)))
      throw new DatabaseError(`Another transfer into ${address.database} at ${address.place} is under way.`);
    const unfinished = await isUnfinished(connection, await tablesOf(connection));
    return {
      place: `${address.database} at ${address.place}`,
      unfinished,
      obstacles: () => explained(readObstacles(connection, address)),
      begin: () => explained(begin(connection, address, options)),
      [Symbol.asyncDispose]: async () => connection.destroy(),
    };
  } catch (error) {
    connection.destroy();
    throw explainMysql(error, address);
  }
}

async function begin(connection: Connection, address: MysqlAddress, options: TargetOptions): Promise<Filling> {
  // A node that starts meanwhile waits for this lock, and then refuses the marked database.
  await lockMigrating(connection, address);
  const obstacles = await readObstacles(connection, address);
  if (obstacles.length > 0) throw new DatabaseError(obstacles.join('\n'));
  await makeAnew(connection);
  await connection.query('DO RELEASE_LOCK(?)', [lockName(address)]);
  return await openFilling(options);
}
