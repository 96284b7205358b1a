import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import mariadb, { type Connection } from 'mariadb';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { connectSqlite } from '../../src/db/db.sqlite.ts';

// To migrate a new database takes 250 ms of CPU on MariaDB and 80 on SQLite, and a run has hundreds. So each worker migrates one of each
// kind, and copies it: 60 ms and 20. test/db tests the migrations themselves, on databases that begin empty.

// Long enough for two busy cores.
const writeDeadlineMs = 30_000;

// Each copy gets an epoch of its own when it is first opened.
const withoutEpoch = 'DELETE FROM Deployment';

let file: Promise<Uint8Array> | undefined;

/** Returns the bytes of a SQLite file that has all migrations and was never opened by a node. */
export function migratedFile(): Promise<Uint8Array> {
  file ??= makeFile();
  return file;
}

async function makeFile(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-template-'));
  const whole = join(folder, 'whole.sqlite');
  try {
    const file = join(folder, 'mpim.sqlite');
    await (await connectSqlite({ file, writeDeadlineMs }))[Symbol.asyncDispose]();
    const client = createClient({ url: `file:${file}` });
    await client.execute(withoutEpoch);
    // Into one file, without the write-ahead log.
    await client.execute({ sql: 'VACUUM INTO ?', args: [whole] });
    client.close();
    return await readFile(whole);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A database with all migrations that was never opened by a node. It goes when its server does. */
interface Migrated {
  readonly name: string;
  readonly tables: readonly string[];
  /** Those into which migrations put rows. */
  readonly filled: readonly string[];
}

const migrated = new Map<string, Promise<Migrated>>();

/** Creates a database with all migrations on a MySQL server. `url`: of the server, without a database. */
export async function createMigrated(url: string, name: string): Promise<void> {
  const known = migrated.get(url) ?? makeMigrated(url);
  migrated.set(url, known);
  const { name: from, tables, filled } = await known;
  const copies = tables.map((table) => `CREATE TABLE ${name}.${table} LIKE ${from}.${table}`);
  const rows = filled.map((table) => `INSERT INTO ${name}.${table} SELECT * FROM ${from}.${table}`);
  // The server's stream is number 0, which MySQL would take for “the next number”.
  const asIs = "SET SESSION sql_mode = CONCAT_WS(',', @@SESSION.sql_mode, 'NO_AUTO_VALUE_ON_ZERO')";
  await onServer(url, (connection) => connection.query([asIs, `CREATE DATABASE ${name}`, ...copies, ...rows].join(';')));
}

async function makeMigrated(url: string): Promise<Migrated> {
  const name = `mpim_template_${randomBytes(6).toString('hex')}`;
  return onServer(url, async (connection) => {
    await connection.query(`CREATE DATABASE ${name}`);
    await (await connectMysql({ url: `${url}${name}`, connections: 3, writeDeadlineMs }))[Symbol.asyncDispose]();
    await connection.query(`USE ${name}`);
    await connection.query(withoutEpoch);
    const found = await connection.query<Record<string, string>[]>('SHOW TABLES');
    const tables = found.flatMap((row) => Object.values(row));
    const filled: string[] = [];
    for (const table of tables) {
      const rows = await connection.query<unknown[]>(`SELECT 1 FROM ${table} LIMIT 1`);
      if (rows.length > 0) filled.push(table);
    }
    return { name, tables, filled };
  });
}

/** Connects to a MySQL server without a database. A query may consist of several statements. `url`: of the server. */
export async function onServer<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { hostname, port, username } = new URL(url);
  const server = { host: hostname, port: Number(port), user: username };
  // On a busy machine the usual second to connect is too little.
  const connection = await mariadb.createConnection({ ...server, multipleStatements: true, connectTimeout: writeDeadlineMs });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
