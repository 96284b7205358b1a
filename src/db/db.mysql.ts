import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { checkServerIdentity, type ConnectionOptions as TlsOptions } from 'node:tls';
import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { type Connection, type ConnectionConfig, createConnection } from 'mariadb';
import { createBeginning } from './beginning.ts';
import { DatabaseError } from './database-error.ts';
import type { Db, LockedStreams, Tx } from './db.ts';
import { deadlineIn, within } from './deadline.ts';
import { PrismaClient } from './generated/mysql/client.ts';
import { type Migratable, type MigrateOptions, migrate } from './migrate.ts';
import { explainMysql } from './mysql-error.ts';
import { createMysqlPool } from './mysql-pool.ts';
import { readingOptions } from './mysql-reading.ts';
import { statementsOver } from './mysql-statements.ts';
import { type MysqlAddress, readMysqlUrl } from './mysql-url.ts';
import type { Tell } from './outage.ts';
import { createPrismaDb } from './prisma-db.ts';
import { createSlots } from './slots.ts';
import { empty, join as list, sql } from './sql.ts';
import { streamRows } from './stream-row.ts';

/** The address of a MySQL database, how many connections to use, and how long calls may take. */
export interface MysqlOptions {
  /** `mysql://user:password@host:port/name?parameters`. `readMysqlUrl` describes the parameters. */
  readonly url: string;
  /** Size of the connection pool (config DATABASE_CONNECTIONS). */
  readonly connections: number;
  /** Bounds every call, in ms (config WRITE_DEADLINE_MS). */
  readonly writeDeadlineMs: number;
  /** Whether to create a ServerKey row if there is none. */
  readonly serverKey?: boolean;
  /** Folder of the migrations. Defaults to this project's own. */
  readonly migrations?: string;
  /** Called with each error that ends a call. */
  readonly tell?: Tell | undefined;
}

const ownMigrations = join(import.meta.dirname, '../../prisma/migrations');

// A server that does not complete the handshake in 5 s is not worth starting on. Three tries fit into the 15 s that a failing start may
// take.
const connectMs = 5_000;
// Longer than any migration should take. Beyond that, an operator has to look.
const migrationLockSeconds = 60;
// A transaction holds its locks for some ms. A statement that waits for seconds waits in a jam, and a retry does better.
const lockWaitSeconds = 3;
// Finds connections that a firewall has dropped before a statement uses them.
const keepAliveMs = 30_000;
// Bounds the text of one statement: 1,000 ids take 20 kB.
const idsPerStatement = 1_000;

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

const settings = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  // Text that does not fit is refused instead of truncated.
  `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = ${lockWaitSeconds}`,
] as const;

async function open({ socketPath, ...config }: ConnectionConfig): Promise<Connection> {
  const { host = 'localhost', port = 3306, ssl } = config;
  const socket = socketPath === undefined ? connect({ host, port }) : connect(socketPath);
  // The driver passes the socket to Node without a host. If the host is an IP address, Node would look for 'localhost' in the certificate.
  const identity: Pick<TlsOptions, 'checkServerIdentity'> = {
    checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
  };
  const connection = await createConnection({
    connectTimeout: connectMs,
    keepAliveDelay: keepAliveMs,
    // Set in the handshake. Otherwise the driver sets it by a statement of its own, and if the connection is lost meanwhile, it rejects a
    // promise that nobody can catch, which ends the process (seen in 3.4.5). Binary like the tables: only identical texts are equal.
    collation: 'UTF8MB4_BIN',
    // Otherwise errors contain the parameters of the statement, which include what users wrote, and errors are logged.
    logParam: false,
    // A server must not read files of this machine.
    permitLocalInfile: false,
    ...config,
    ...(typeof ssl === 'object' && { ssl: { ...ssl, ...identity } }),
    stream: () => socket,
  });
  // A fault of an idle connection shows when the connection is next used.
  connection.on('error', () => undefined);
  // The driver's own destroy() opens another connection to kill the statement, and a fault of that connection ends the process (seen in
  // 3.4.5). The server notices by itself that the client is gone. On 'end', the driver rejects the statements under way. An error event
  // would end the process: over TLS, nobody listens to the TLS socket around this one.
  connection.destroy = () => {
    if (socket.destroyed) return;
    socket.destroy();
    socket.emit('end');
  };
  connection.isValid = () => !socket.destroyed && socket.readable && socket.writable;
  try {
    // Not the driver's initSql, for the same reason as the collation.
    await within(deadlineIn(connectMs), Promise.all(settings.map((statement) => connection.query(statement))));
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return connection;
}

/** Throws DatabaseError unless the server is MySQL 8.0.19 (collations, and VALUES as tables) or MariaDB 10.6, or later. */
function checkVersion(version: string, place: string): void {
  const maria = /mariadb/i.test(version);
  const numbers = /(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  const [major = 0, minor = 0, patch = 0] = numbers;
  const number = major * 1_000_000 + minor * 1_000 + patch;
  if (number >= (maria ? 10_006_000 : 8_000_019)) return;
  throw new DatabaseError(`the server at ${place} is ${version}: MPIM needs MySQL 8.0.19 or MariaDB 10.6, or a later one`);
}

function migratable(connection: Connection): Migratable {
  return {
    bookkeeping,
    now: 'UTC_TIMESTAMP(3)',
    atomic: false,
    rows: (text) => connection.query({ sql: text, dateStrings: true }),
    run: (text) => connection.query(text),
    script: (text) => connection.query(text),
  };
}

/** Returns the name of a lock of the database server. All databases of a server share its lock names, which have at most 64 characters. */
function lockName({ database }: MysqlAddress, work = ''): string {
  return `mpim:${work}${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
}

/** Takes a lock of the database server. Returns whether the connection has it within `seconds`. The lock ends with the connection. */
async function getLock(connection: Connection, name: string, seconds: number): Promise<boolean> {
  const asked = connection.query('SELECT GET_LOCK(?, ?) AS got', [name, seconds]);
  const [row] = await within(deadlineIn((seconds + 5) * 1_000), asked);
  return Number(row?.got) === 1;
}

// A process that was killed a moment ago may still hold the lock.
const workLockSeconds = 2;
// Longer than any work. By default, the server closes a silent connection after eight hours, which would release the lock.
const workSeconds = 2_000_000;

/** Implements Db.alone with a lock on a connection of its own. */
async function holdWork(address: MysqlAddress, work: string): Promise<AsyncDisposable | null> {
  const connection = await open(address.connection);
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

/** Migrates under a lock of the server, so that nodes that start together migrate one after another. */
async function prepare(address: MysqlAddress, options: MigrateOptions): Promise<{ readonly epoch: string }> {
  const connection = await open({ ...address.connection, multipleStatements: true });
  try {
    checkVersion(connection.serverVersion(), address.place);
    if (!(await getLock(connection, lockName(address), migrationLockSeconds))) {
      throw new DatabaseError(
        `another node has been migrating ${address.database} for ${migrationLockSeconds} s: wait until it is done, then start again`,
      );
    }
    return await migrate(migratable(connection), options);
  } finally {
    connection.destroy();
  }
}

interface LockedRow {
  readonly id: bigint;
  readonly kind: string;
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  readonly floorSeq: number;
  readonly lastAt: Date;
  readonly activeAt: Date;
  readonly createdAt: Date;
  readonly lastSenderId: bigint | null;
  readonly lastMessageSeq: number;
  readonly otherMessageSeq: number;
  readonly changedSeq: number;
  readonly now: Date;
}

async function now(tx: Tx): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`SELECT UTC_TIMESTAMP(3) AS now`;
  if (!row) throw new Error('the database told no time');
  return row.now;
}

const skipLocked = sql`SKIP LOCKED`;

async function lockStreams(tx: Tx, ids: readonly bigint[], { leaveBusy = false } = {}): Promise<LockedStreams> {
  // Each statement locks in key order. Sorting keeps that order across statements.
  const sorted = [...new Set(ids)].sort((a, b) => (a < b ? -1 : 1));
  const asked: Promise<readonly LockedRow[]>[] = [];
  for (let at = 0; at < sorted.length; at += idsPerStatement) {
    const some = sorted.slice(at, at + idsPerStatement);
    // Without the index, the server might scan the table and wait for locks on rows that nobody asked for.
    const query = sql`SELECT id, kind, lastSeq, lastOrdinal, floorSeq, lastAt, activeAt, createdAt,
        lastSenderId, lastMessageSeq, otherMessageSeq, changedSeq, UTC_TIMESTAMP(3) AS now
      FROM Stream FORCE INDEX (PRIMARY) WHERE id IN (${list(some)}) ORDER BY id FOR UPDATE ${leaveBusy ? skipLocked : empty}`;
    asked.push(tx.$queryRaw<LockedRow[]>(query));
  }
  const rows = (await Promise.all(asked)).flat();
  return { now: rows.at(-1)?.now ?? (await now(tx)), rows: streamRows(rows) };
}

/**
 * Opens a MySQL or MariaDB database and migrates it. Throws DatabaseError with one line that says what to do: the server cannot be reached,
 * is neither MySQL nor MariaDB, refuses the user or lacks the database, or the migrations do not match.
 */
export async function connectMysql({
  url,
  connections,
  writeDeadlineMs,
  serverKey = false,
  migrations = ownMigrations,
  tell,
}: MysqlOptions): Promise<Db> {
  const address = readMysqlUrl(url);
  try {
    const { epoch } = await prepare(address, { folder: migrations, serverKey });
    const beginning = createBeginning();
    const pool = createMysqlPool({
      onLent: (ask) => beginning.onBegun(statementsOver(ask)),
      open: () => open({ ...address.connection, ...readingOptions, connectTimeout: Math.min(connectMs, writeDeadlineMs) }),
      size: connections,
      deadlineMs: writeDeadlineMs,
    });
    // The text protocol takes one round trip per statement; the binary protocol takes two on MySQL.
    const adapter = new PrismaMariaDb(pool, { database: address.database, useTextProtocol: true, disposeExternalPool: true });
    const prisma = new PrismaClient({ adapter });
    await prisma.$connect();
    // Two connections stay free for reads that the caller of a transaction may need meanwhile.
    const places = createSlots(Math.max(1, connections - 2));

    const statements = statementsOver((statement, values) => pool.query(statement, values));
    const slots = { writers: places, snapshots: places, snapshotLevel: 'RepeatableRead' } as const;
    return createPrismaDb(
      { dialect: 'mysql', prisma, statements, beginning, ...slots, lockStreams, alone: (work) => holdWork(address, work), now },
      { epoch, deadlineMs: writeDeadlineMs, tell },
    );
  } catch (error) {
    throw explainMysql(error, address);
  }
}
