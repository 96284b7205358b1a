import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { createMigrated, migratedFile, onServer } from './template.ts';

/** The stores of one test's chat: the variables that select them. Disposing them removes them. */
export interface Stores extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

/** Creates new stores for one test, of the project's kind: a SQLite folder, or a MariaDB database and the run's Redis. */
export function freshStores(): Promise<Stores> {
  return inject('stores') === 'real' ? realStores() : embeddedStores();
}

/** Creates a folder for SQLite and the generated key. Unless `blank`, it has a database with all migrations. */
export async function embeddedStores({ blank = false } = {}): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-data-'));
  if (!blank) await writeFile(join(folder, 'mpim.sqlite'), await migratedFile());
  return { env: { DATA_DIR: folder }, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Creates a database on the run's MariaDB, for use with the run's Redis. Unless `blank`, it has all migrations. Topics name no database, so
 * the chat prefixes each key with the database's epoch. `mysqlUrl`: another server, on which the database is always blank.
 */
export async function realStores({
  mysqlUrl,
  redisUrl = inject('redisUrl'),
  blank = mysqlUrl !== undefined,
}: {
  readonly mysqlUrl?: string;
  readonly redisUrl?: string;
  readonly blank?: boolean;
} = {}): Promise<Stores> {
  const url = mysqlUrl ?? inject('mysqlUrl');
  const name = `mpim_${randomBytes(6).toString('hex')}`;
  if (blank) await onServer(url, (connection) => connection.query(`CREATE DATABASE ${name}`));
  else await createMigrated(url, name);
  return {
    env: { DATABASE_URL: `${url}${name}`, REDIS_URL: redisUrl },
    [Symbol.asyncDispose]: () => onServer(url, (connection) => connection.query(`DROP DATABASE ${name}`)),
  };
}
