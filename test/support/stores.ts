import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mariadb from 'mariadb';
import { inject } from 'vitest';

/** The stores of one test's chat: the variables that select them. Disposing them removes them. */
export interface Stores extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

/** Creates new stores for one test, of the project's kind: a SQLite folder, or a MariaDB database and the run's Redis. */
export function freshStores(): Promise<Stores> {
  return inject('stores') === 'real' ? realStores() : embeddedStores();
}

/** Creates a folder for SQLite and the generated key. */
export async function embeddedStores(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-data-'));
  return { env: { DATA_DIR: folder }, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Creates a database on the run's MariaDB (or on `mysqlUrl`), for use with the run's Redis. Topics name no database, so the chat prefixes
 * each key with the database's number.
 */
export async function realStores({ mysqlUrl = inject('mysqlUrl'), redisUrl = inject('redisUrl') } = {}): Promise<Stores> {
  const name = `mpim_${randomBytes(6).toString('hex')}`;
  await onServer(mysqlUrl, `CREATE DATABASE ${name}`);
  return {
    env: { DATABASE_URL: `${mysqlUrl}${name}`, REDIS_URL: redisUrl },
    [Symbol.asyncDispose]: () => onServer(mysqlUrl, `DROP DATABASE ${name}`),
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const { hostname, port, username } = new URL(url);
  const connection = await mariadb.createConnection({ host: hostname, port: Number(port), user: username });
  await connection.query(sql);
  await connection.end();
}
