import { join } from 'node:path';
import { createConnection } from 'mariadb';
import { inject } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { connectSqlite } from '../../src/db/db.sqlite.ts';
import type { Db } from '../../src/db/index.ts';
import { keyFile } from '../../src/key-file.ts';
import { embeddedStores, realStores } from '../support/stores.ts';

// Long enough for two busy cores.
const writeDeadlineMs = 30_000;

/** An embedded deployment, and the empty database that it is to go to. */
export interface Places extends AsyncDisposable {
  /** Of the command. */
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly file: string;
  readonly url: string;
  /** Opens the embedded database, as a node does. */
  openSource(): Promise<Db>;
  /** Opens the other, as a node does. */
  openTarget(): Promise<Db>;
  /** Rows of the other by a connection that does not count as one of those that use it: tables are named with `NAME.` before them. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Makes the two; the first has a key, and no database yet. */
export async function freshPlaces(): Promise<Places> {
  await using opened = new AsyncDisposableStack();
  const [embedded, real] = [opened.use(await embeddedStores()), opened.use(await realStores())];
  const [dataDir = '', url = ''] = [embedded.env['DATA_DIR'], real.env['DATABASE_URL']];
  await keyFile(dataDir);
  const file = join(dataDir, 'mpim.sqlite');
  const server = new URL(inject('mysqlUrl'));
  const eyes = await createConnection({ host: server.hostname, port: Number(server.port), user: server.username });
  opened.defer(() => eyes.end());
  const parting = opened.move();
  return {
    ...{ dataDir, file, url },
    env: { ...embedded.env, ...real.env },
    openSource: () => connectSqlite({ file, writeDeadlineMs }),
    openTarget: () => connectMysql({ url, connections: 4, writeDeadlineMs }),
    rows: (sql) => eyes.query(sql.replaceAll('NAME.', `${new URL(url).pathname.slice(1)}.`)),
    [Symbol.asyncDispose]: () => parting.disposeAsync(),
  };
}
