import { createConnection } from 'mariadb';
import { type Service, startMariadb } from './services.ts';
import { until } from './until.ts';

/** A MariaDB that acknowledges a commit once its replica has it too (semi-synchronous replication). */
export interface MariadbPair extends AsyncDisposable {
  readonly primary: Service;
  readonly replica: Service;
  /** Makes the replica apply all that it has received, and accept writes. Call it once the primary accepts none. */
  promote(): Promise<void>;
}

// The time that a commit waits for the replica's confirmation. As long as a test may take, so that no commit is acknowledged without it.
const patienceMs = 120_000;

/** Starts both on free ports. Resolves once commits wait for the replica. */
export async function startMariadbPair(): Promise<MariadbPair> {
  await using starting = new AsyncDisposableStack();
  const primary = starting.use(
    await startMariadb({
      args: [
        '--server-id=1',
        '--log-bin=log',
        '--binlog-format=ROW',
        '--rpl-semi-sync-master-enabled=1',
        // Nobody sees a commit that the replica does not have.
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
