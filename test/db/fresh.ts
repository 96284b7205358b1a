import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { createConnection } from 'mariadb';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { connectSqlite } from '../../src/db/db.sqlite.ts';
import type { Db } from '../../src/db/index.ts';
import type { Outages } from '../../src/db/outage.ts';

/** How a test opens its database. */
export interface OpenOptions {
  readonly writeDeadlineMs?: number;
  readonly serverKey?: boolean;
  /** SQLite only. */
  readonly beside?: boolean;
  readonly migrations?: string;
  readonly outages?: Outages;
}

/** A database of the test's own, which the test can also read and change directly. */
export interface Fresh extends AsyncDisposable {
  /** Opens it, with the migrations applied. The test closes what it opened. */
  open(options?: OpenOptions): Promise<Db>;
  /** Reads rows by a connection of its own, independent of the Db. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Changes rows by such a connection. */
  run(sql: string): Promise<void>;
  /** File or URL. */
  readonly place: string;
}

async function onFile<T>(file: string, work: (connection: SqlDriverAdapter) => Promise<T>): Promise<T> {
  const connection = await new PrismaLibSql({ url: `file:${file}` }).connect();
  try {
    return await work(connection);
  } finally {
    await connection.dispose();
  }
}

async function rowsOf(connection: SqlDriverAdapter, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { columnNames, rows } = await connection.queryRaw({ sql, args: [], argTypes: [] });
  return rows.map((row) => Object.fromEntries(columnNames.map((name, index) => [name, row[index]])));
}

/** An empty SQLite file in a folder of its own. */
export async function freshSqlite(): Promise<Fresh> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-db-'));
  const file = join(folder, 'data', 'mpim.sqlite');
  return {
    place: file,
    open: (options) => connectSqlite({ file, writeDeadlineMs: 8_000, ...options }),
    rows: (sql) => onFile(file, (connection) => rowsOf(connection, sql)),
    run: (sql) => onFile(file, (connection) => connection.executeScript(sql)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** An empty database on a MySQL server. `server` is its URL without a database. */
export async function freshMysql(server: string): Promise<Fresh> {
  const name = `mpim_${randomBytes(6).toString('hex')}`;
  const url = `${server}${name}`;
  async function rows(sql: string, database?: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { hostname, port, username } = new URL(server);
    const connection = await createConnection({ host: hostname, port: Number(port), user: username, ...(database ? { database } : {}) });
    try {
      return await connection.query(sql);
    } finally {
      await connection.end();
    }
  }
  await rows(`CREATE DATABASE ${name}`);
  return {
    place: url,
    open: (options) => connectMysql({ url, connections: 6, writeDeadlineMs: 8_000, ...options }),
    rows: (sql) => rows(sql, name),
    async run(sql) {
      await rows(sql, name);
    },
    async [Symbol.asyncDispose]() {
      await rows(`DROP DATABASE ${name}`);
    },
  };
}
