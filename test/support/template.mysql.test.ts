import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { expect, inject, test } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { connectSqlite } from '../../src/db/db.sqlite.ts';
import { embeddedStores, realStores, type Stores } from './stores.ts';
import { onServer } from './template.ts';

const writeDeadlineMs = 30_000;

type Row = Readonly<Record<string, unknown>>;

/** What the migrations recorded, without the ids and times of the records. */
function recorded({ migration_name, checksum, applied_steps_count, logs, rolled_back_at, finished_at }: Row): Row {
  return { migration_name, checksum, applied_steps_count, logs, rolled_back_at, finished: finished_at !== null };
}

async function readMysql({ env }: Stores): Promise<{ readonly epoch: string; readonly content: unknown }> {
  const url = env['DATABASE_URL'] ?? '';
  await using db = await connectMysql({ url, connections: 3, writeDeadlineMs, serverKey: true });
  const name = new URL(url).pathname.slice(1);
  const content = await onServer(inject('mysqlUrl'), async (connection) => {
    await connection.query(`USE ${name}`);
    const found = await connection.query<Record<string, string>[]>('SHOW TABLES');
    const tables: unknown[] = [];
    for (const table of found.flatMap((row) => Object.values(row))) {
      const [definition] = await connection.query<Row[]>(`SHOW CREATE TABLE ${table}`);
      const [count] = await connection.query<Row[]>(`SELECT COUNT(*) AS count FROM ${table}`);
      tables.push([definition, count]);
    }
    const [defaults] = await connection.query<Row[]>('SELECT @@character_set_database, @@collation_database');
    const migrations = await connection.query<Row[]>('SELECT * FROM _prisma_migrations ORDER BY migration_name');
    const streams = await connection.query<Row[]>('SELECT id, kind, lastSeq FROM Stream');
    return { tables, defaults, migrations: migrations.map(recorded), streams: [...streams] };
  });
  return { epoch: db.epoch, content };
}

async function readSqlite({ env }: Stores): Promise<{ readonly epoch: string; readonly content: unknown }> {
  const file = join(env['DATA_DIR'] ?? '', 'mpim.sqlite');
  await using db = await connectSqlite({ file, writeDeadlineMs });
  const client = createClient({ url: `file:${file}` });
  const rows = async (sql: string): Promise<readonly Row[]> => (await client.execute(sql)).rows.map((row) => ({ ...row }));
  const definitions = await rows('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name');
  const migrations = await rows('SELECT * FROM _prisma_migrations ORDER BY migration_name');
  const content = {
    definitions,
    modes: [await rows('PRAGMA journal_mode'), await rows('PRAGMA page_size'), await rows('PRAGMA auto_vacuum')],
    numbers: await rows('SELECT * FROM sqlite_sequence'),
    migrations: migrations.map(recorded),
    streams: await rows('SELECT id, kind, lastSeq FROM Stream'),
  };
  client.close();
  return { epoch: db.epoch, content };
}

test.each([
  ['MariaDB', realStores, readMysql],
  ['SQLite', embeddedStores, readSqlite],
] as const)('a copied database on %s is as a migrated one, with an epoch of its own', async (_name, make, read) => {
  await using migrated = await make({ blank: true });
  await using copy = await make();
  await using another = await make();
  const [first, second, third] = [await read(migrated), await read(copy), await read(another)];
  expect(second.content).toEqual(first.content);
  expect(third.content).toEqual(first.content);
  expect(new Set([first.epoch, second.epoch, third.epoch]).size).toBe(3);
});
