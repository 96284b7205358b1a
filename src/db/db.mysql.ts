import { join } from 'node:path';
import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { compareIds } from '../compare-ids.ts';
import type { Db, LockedStreams, Tx } from './db.ts';
import { PrismaClient } from './generated/mysql/client.ts';
import { migrate } from './migrate.ts';
import { connectMs, openMysql } from './mysql-connection.ts';
import { explainMysql } from './mysql-error.ts';
import { lockWork } from './mysql-lock.ts';
import { createMysqlPool } from './mysql-pool.ts';
import { preparing } from './mysql-preparing.ts';
import { readingOptions } from './mysql-reading.ts';
import { statementsOver } from './mysql-statements.ts';
import { readMysqlUrl } from './mysql-url.ts';
import type { Outages } from './outage.ts';
import { createPrismaDb } from './prisma-db.ts';
import { createSlots } from './slots.ts';
import { empty, join as list, sql } from './sql.ts';
import { streamRows } from './stream-row.ts';
import { createTransactionRunner } from './transaction-runner.ts';

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
  /** Whether a database may be opened into which a transfer was begun and not finished: for the transfer itself. */
  readonly filling?: boolean;
  /** Is told how each call ends. */
  readonly outages?: Outages | undefined;
}

/** Folder of the migrations for MySQL. */
export const ownMigrations = join(import.meta.dirname, '../../prisma/migrations');

// Bounds the text of one statement: 1,000 ids take 20 kB.
const idsPerStatement = 1_000;

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
  const sorted = [...new Set(ids)].sort(compareIds);
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
  filling = false,
  outages,
}: MysqlOptions): Promise<Db> {
  const address = readMysqlUrl(url);
  try {
    const { epoch } = await preparing(address, (connection) => migrate(connection, { folder: migrations, serverKey, filling }));
    const beginning = createTransactionRunner();
    const pool = createMysqlPool({
      onLent: (ask) => beginning.onConnection(statementsOver(ask)),
      open: () => openMysql({ ...address.connection, ...readingOptions, connectTimeout: Math.min(connectMs, writeDeadlineMs) }),
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
      { dialect: 'mysql', prisma, statements, beginning, ...slots, lockStreams, exclusive: (work) => lockWork(address, work), now },
      { epoch, deadlineMs: writeDeadlineMs, outages },
    );
  } catch (error) {
    throw explainMysql(error, address);
  }
}
