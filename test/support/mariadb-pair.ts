import { createConnection } from 'mariadb';
import { type Service, startMariadb } from './services.ts';
import { until } from './until.ts';

/** A MariaDB whose commits are acknowledged once a second one has them too (semi-synchronous replication). */
export interface MariadbPair extends AsyncDisposable {
  readonly primary: Service;
  readonly replica: Service;
  /** Lets the replica apply all that it has, and take writes; call it when the primary takes none any more. */
  promote(): Promise<void>;
}

// A commit that the replica does not confirm waits for so long: for as long as a test may take, lest it be acknowledged all the same.
const patienceMs = 120_000;

/** Starts both, on free ports; resolves when commits wait for the replica. */
export async function startMariadbPair(): Promise<MariadbPair> {
  await using starting = new AsyncDisposableStack();
  const primary = starting.use(
    await startMariadb({
      args: [
        '--server-id=1',
        '--log-bin=log',
        '--binlog-format=ROW',
        '--rpl-semi-sync-master-enabled=1',
        // Nobody sees what the replica has not got.
        '--rpl-semi-sync-master-wait-point=AFTER_SYNC',
        `--rpl-semi-sync-master-timeout=${patienceMs}`,
      ],
    }),
  );
  const replica = starting.use(await startMariadb({ args: ['--server-id=2', '--read-only=1', '--rpl-semi-sync-slave-enabled=1'] }));
  const source = `MASTER_HOST='127.0.0.1', MASTER_PORT=${primary.port}, MASTER_USER='root', MASTER_USE_GTID=slave_pos`;
  for (const statement of [`CHANGE MASTER TO ${source}`, 'START SLAVE']) await run(replica, statement);
  await until(async () => (await run(primary, "SHOW STATUS LIKE 'Rpl_semi_sync_master_clients'"))[0]?.['Value'] === '1');
  const parting = starting.move();
  return {
    primary,
    replica,
    async promote() {
      await run(replica, 'STOP SLAVE IO_THREAD');
      await until(async () => {
        const [status] = await run(replica, 'SHOW SLAVE STATUS');
        const [applied] = await run(replica, 'SELECT @@gtid_slave_pos AS pos');
        return status?.['Gtid_IO_Pos'] === applied?.['pos'];
      });
      for (const statement of ['STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only = 0']) await run(replica, statement);
    },
    [Symbol.asyncDispose]: () => parting.disposeAsync(),
  };
}

async function run({ port }: Service, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' });
  try {
    return await connection.query(sql);
  } finally {
    await connection.end();
  }
}
