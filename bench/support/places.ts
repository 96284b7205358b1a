import { type Service, startMariadb, startRedis } from '../../test/support/services.ts';
import { openSql } from './database.ts';
import { cpuOf } from './process.ts';

/** The MariaDB and the Redis of this run, which nothing else uses. */
export interface Places extends AsyncDisposable {
  readonly mysqlUrl: string;
  readonly redisUrl: string;
  readonly mariadbVersion: string;
  /** µs of CPU since their start. */
  databaseUs(): Promise<number>;
  redisUs(): Promise<number>;
}

/** Starts both. Throws unless a commit is on the disk before it is acknowledged. */
export async function openPlaces(): Promise<Places> {
  await using started = new AsyncDisposableStack();
  const mysql = started.use(await startMariadb({ args: ['--innodb-flush-log-at-trx-commit=1'] }));
  const redis = started.use(await startRedis());
  const mariadbVersion = await requireDurable(mysql);
  const parting = started.move();
  return {
    mysqlUrl: mysql.url,
    redisUrl: redis.url,
    mariadbVersion,
    databaseUs: () => cpuOf(mysql.pid),
    redisUs: () => cpuOf(redis.pid),
    [Symbol.asyncDispose]: () => parting.disposeAsync(),
  };
}

async function requireDurable({ url }: Service): Promise<string> {
  const sql = await openSql(url);
  const [row] = await sql.query('SELECT @@innodb_flush_log_at_trx_commit AS flush, @@innodb_doublewrite AS twice, @@version AS version');
  await sql.end();
  if (Number(row.flush) !== 1 || Number(row.twice) !== 1) throw new Error('MariaDB would acknowledge what is not on the disk yet');
  return row.version;
}
