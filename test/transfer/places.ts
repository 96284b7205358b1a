import { join } from 'node:path';
import { createConnection } from 'mariadb';
import pino from 'pino';
import { inject } from 'vitest';
import { createAudit } from '../../src/audit/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { connectSqlite } from '../../src/db/db.sqlite.ts';
import { type Db, type Filling, models } from '../../src/db/index.ts';
import { openSource } from '../../src/db/source.sqlite.ts';
import { openTarget } from '../../src/db/target.mysql.ts';
import { keyFile } from '../../src/key-file.ts';
import { createTransfer, type Transfer } from '../../src/transfer/index.ts';
import { embeddedStores, realStores } from '../support/stores.ts';

// Long enough for two busy cores.
const writeDeadlineMs = 30_000;

/** An embedded deployment, and an empty MySQL database. */
export interface Places extends AsyncDisposable {
  /** The environment of the command. */
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly file: string;
  readonly url: string;
  /** Opens the embedded database, as a node does. */
  openSource(): Promise<Db>;
  /** Opens the MySQL database, as a node does. */
  openTarget(): Promise<Db>;
  /** Runs SQL on the MySQL server, over a connection that has no database selected. `NAME.` stands for the database. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Creates both. The embedded deployment has a signing key, and no database yet. */
export async function freshPlaces(): Promise<Places> {
  await using opened = new AsyncDisposableStack();
  const [embedded, real] = [opened.use(await embeddedStores({ blank: true })), opened.use(await realStores({ blank: true }))];
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

/** Options of `transferBetween`. */
export interface Run {
  /** The URL of the target, if it is reached through a proxy. */
  readonly url?: string;
  readonly writeDeadlineMs?: number;
  /** Runs when the last table is copied, before the comparison. */
  readonly meanwhile?: () => Promise<unknown>;
  readonly onProgress?: Parameters<Transfer['run']>[0];
}

/** Runs a transfer without the command. */
export async function transferBetween(
  { file, url: usual }: Places,
  { url = usual, writeDeadlineMs: deadlineMs = writeDeadlineMs, meanwhile = async () => undefined, onProgress }: Run,
): Promise<void> {
  await using source = await openSource({ file, hold: true });
  await using target = await openTarget({ url, connections: 4, writeDeadlineMs: deadlineMs });
  async function begin(): Promise<Filling> {
    const filling = await target.begin();
    async function insert(...[table, rows]: Parameters<Filling['insert']>): Promise<void> {
      await filling.insert(table, rows);
      if (table.name === models.at(-1)) await meanwhile();
    }
    return { ...filling, insert };
  }
  const [logger, config] = [pino({ level: 'silent' }), readConfig({})];
  const actor = { userId: null, name: 'somebody', origin: 'a test' };
  const parts = { source, target: { ...target, begin }, keys: [], actor };
  await createTransfer({ ...parts, audit: (db) => createAudit({ db, logger, config }) }).run(onProgress);
}
