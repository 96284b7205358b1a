import { join } from 'node:path';
import mariadb from 'mariadb';
import { sqliteFile } from '../../src/db/sqlite-driver.ts';
import { onMysql } from './services.ts';
import type { Stores } from './stores.ts';

/** A direct connection to a node's database, for what only another release or an operator would do. */
export interface RawSql extends AsyncDisposable {
  /** Runs statements that both databases understand, one after the other. */
  run(...statements: readonly string[]): Promise<void>;
  /** Returns the single number of a query. */
  number(sql: string): Promise<number>;
  /** Returns the single text of a query. */
  text(sql: string): Promise<string>;
  /** Returns the rows of a query, each as its values. */
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
  /** Blocks all other writes until it is released. */
  holdWrites(): Promise<AsyncDisposable>;
}

/** Connects to the database of these stores. */
export function rawSql({ env }: Stores): Promise<RawSql> {
  const url = env['DATABASE_URL'];
  return url === undefined ? sqlite(join(env['DATA_DIR'] ?? '', 'mpim.sqlite')) : mysql(url);
}

async function sqlite(file: string): Promise<RawSql> {
  // The same library that the node uses: two copies of SQLite in one process release each other's locks.
  const connection = await sqliteFile(file)();
  async function run(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) await connection.executeRaw({ sql, args: [], argTypes: [] });
  }
  async function holdWrites(): Promise<AsyncDisposable> {
    await run('BEGIN IMMEDIATE');
    return { [Symbol.asyncDispose]: () => run('ROLLBACK') };
  }
  const rows = async (sql: string) => (await connection.queryRaw({ sql, args: [], argTypes: [] })).rows;
  const value = async (sql: string) => (await rows(sql))[0]?.[0];
  const number = async (sql: string) => Number(await value(sql));
  const text = async (sql: string) => String(await value(sql));
  return { run, number, text, rows, holdWrites, [Symbol.asyncDispose]: () => connection.dispose() };
}

async function mysql(url: string): Promise<RawSql> {
  const { hostname, port, username, pathname } = new URL(url);
  const connection = await mariadb.createConnection({ host: hostname, port: Number(port), user: username, database: pathname.slice(1) });
  if (onMysql) await connection.query('SET cte_max_recursion_depth = 1000000');
  async function run(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) await connection.query(onMysql ? withNumbers(sql) : sql);
  }
  async function holdWrites(): Promise<AsyncDisposable> {
    // Every write locks its streams first.
    await run('START TRANSACTION', 'SELECT id FROM Stream FOR UPDATE');
    return { [Symbol.asyncDispose]: () => run('ROLLBACK') };
  }
  async function rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    const found: Readonly<Record<string, unknown>>[] = await connection.query(sql);
    return found.map((row) => Object.values(row));
  }
  const value = async (sql: string) => (await rows(sql))[0]?.[0];
  const number = async (sql: string) => Number(await value(sql));
  const text = async (sql: string) => String(await value(sql));
  return { run, number, text, rows, holdWrites, [Symbol.asyncDispose]: () => connection.end() };
}

/** Replaces MariaDB's sequence tables, `seq_1_to_9` and `seq_1_to_9_step_2`, which MySQL does not have. */
function withNumbers(text: string): string {
  return text.replaceAll(
    /\bseq_(\d+)_to_(\d+)(?:_step_(\d+))?\b( [a-z]\b)?/g,
    (_, from: string, to: string, step = '1', alias = ' numbers') =>
      `(WITH RECURSIVE n AS (SELECT ${from} AS seq UNION ALL SELECT seq + ${step} FROM n WHERE seq + ${step} <= ${to}) SELECT seq FROM n)${alias}`,
  );
}

/** Returns the number in a global id of a user or conversation. */
export function rawId(id: string): string {
  return Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
}
