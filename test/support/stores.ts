import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mariadb from 'mariadb';
import { inject } from 'vitest';

/** Where one test's chat keeps everything: the variables that choose it, and the way to be rid of it. */
export interface Stores extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

/** Fresh stores for one test, on what the project runs on: a SQLite folder, or a MariaDB database and a Redis number of its own. */
export function freshStores(): Promise<Stores> {
  return inject('stores') === 'real' ? realStores() : embeddedStores();
}

/** A folder for SQLite and the generated key. */
export async function embeddedStores(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-data-'));
  return { env: { DATA_DIR: folder }, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** A database of its own on the run's MariaDB (or on `mysqlUrl`), and the run's Redis: topics name no database, so each gets a key prefix by its number. */
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
