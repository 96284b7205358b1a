import { existsSync } from 'node:fs';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensurePrograms, requireProgram } from '../../test/support/binaries.ts';
import { freePort, type Service, startService } from '../../test/support/services.ts';
import { newDatabase, openSql } from '../support/database.ts';
import type { Places } from '../support/places.ts';
import { cpuOf } from '../support/process.ts';
import type { Held } from './acknowledged.ts';
import { startTalking, type Talking } from './talking.ts';

// Where Debian's package installs it.
const tables = '/usr/share/ejabberd/sql/mysql.sql';
const room = 'room';
const service = 'conference.localhost';

/**
 * Starts ejabberd with its archive in the run's MariaDB and one room with so many occupants. It is installed with apt-get if possible.
 * Returns undefined if it is not available, after a line on stderr that says why.
 */
export async function startEjabberd(places: Places, members: number): Promise<Talking | undefined> {
  try {
    ensurePrograms('ejabberdctl', 'erl');
    if (!existsSync(tables)) throw new Error(`${tables} is missing`);
    return await start(places, members);
  } catch (error) {
    process.stderr.write(`without ejabberd: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

async function start(places: Places, members: number): Promise<Talking> {
  await using started = new AsyncDisposableStack();
  const databaseUrl = await newDatabase(places.mysqlUrl);
  const sql = await openSql(databaseUrl);
  started.defer(() => sql.end());
  await sql.query(await readFile(tables, 'utf8'));
  // ejabberd cannot sign in without a password.
  await sql.query(`CREATE OR REPLACE USER ejabberd IDENTIFIED BY 'ejabberd'; GRANT ALL ON *.* TO ejabberd`);
  const server = started.use(await startServer(databaseUrl));

  /**
   * Compares the number of archived messages. Rooms count from when they are made, and XMPP has no numbers, so only their count can be
   * compared.
   */
  async function verify([held]: readonly Held[]): Promise<void> {
    const [row] = await sql.query("SELECT COUNT(*) AS count FROM archive WHERE kind = 'groupchat'");
    if (Number(row.count) !== held?.count)
      throw new Error(`ejabberd: ${held?.count} messages were received by all, ${row.count} are archived`);
  }

  const plan = {
    ...{ port: server.port, send: '', subscription: '', byRoom: true },
    rooms: [{ id: `${room}@${service}`, members: Array.from({ length: members }, (_, n) => `member${n}`) }],
  };
  const talking = started.use(
    await startTalking({
      ...{ name: 'ejabberd', transports: ['xmpp'], ordered: true },
      meters: { server: () => cpuOf(server.pid), database: places.databaseUs, redis: async () => 0 },
      load: { file: new URL('xmpp-load.ts', import.meta.url), plan },
      verify,
    }),
  );
  const parting = started.move();
  return { ...talking, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}

/** Starts an instance of its own, which neither listens for other Erlang nodes nor starts their port mapper. */
async function startServer(databaseUrl: string): Promise<Service> {
  const port = await freePort();
  const program = requireProgram('erl');
  const libraries = await findLibraries();
  return startService(
    { port },
    {
      name: 'ejabberd',
      url: () => `xmpp://127.0.0.1:${port}`,
      prepare: (folder) => writeFile(join(folder, 'ejabberd.yml'), configuration(databaseUrl, port)),
      command: (folder) => [
        '/usr/bin/env',
        ...[`ERL_LIBS=${libraries}`, `EJABBERD_CONFIG_PATH=${folder}/ejabberd.yml`, `EJABBERD_LOG_PATH=${folder}/log`],
        // As ejabberdctl starts it: with kernel poll, and room for processes.
        ...[program, '-noinput', '+K', 'true', '+P', '250000', '-mnesia', 'dir', `"${folder}/mnesia"`, '-s', 'ejabberd'],
      ],
      ready: 'Start accepting TCP connections',
    },
  );
}

/**
 * Finds the folder of Erlang's libraries, such as /usr/lib/x86_64-linux-gnu. Without the MySQL driver, which its package does not bring,
 * ejabberd starts but stores nothing.
 */
async function findLibraries(): Promise<string> {
  await findLibrary('p1_mysql', 'erlang-p1-mysql');
  return findLibrary('ejabberd', 'ejabberd');
}

/** Finds the folder of one library. If it is missing, throws one line that names its package. */
async function findLibrary(name: string, deb: string): Promise<string> {
  const file = `${name}-*/ebin/${name}.app`;
  for await (const found of glob([`/usr/lib/*/${file}`, `/usr/lib/erlang/lib/${file}`])) return dirname(dirname(dirname(found)));
  throw new Error(`Erlang has no library ${name}: install the package ${deb}`);
}

/**
 * ejabberd's configuration: the archive in SQL and on for every room, as its documentation and its example recommend. In its favour,
 * nothing else is loaded, nothing is throttled, and nobody has to authenticate.
 */
function configuration(databaseUrl: string, port: number): string {
  const { hostname, port: databasePort, pathname } = new URL(databaseUrl);
  return `loglevel: info
hosts: [localhost]
listen:
  - { port: ${port}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 262144 }
auth_method: anonymous
anonymous_protocol: sasl_anon
sql_type: mysql
sql_server: "${hostname}"
sql_port: ${databasePort}
sql_database: "${pathname.slice(1)}"
sql_username: ejabberd
sql_password: ejabberd
shaper_rules: { c2s_shaper: none }
access_rules: { muc_create: { allow: all } }
modules:
  mod_mam: { db_type: sql, assume_mam_usage: true, default: always }
  mod_muc:
    access_create: muc_create
    access_persistent: muc_create
    default_room_options: { mam: true, persistent: true, max_users: 1000 }
`;
}
