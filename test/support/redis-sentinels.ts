import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { requireProgram } from './binaries.ts';
import { type Service, startRedis, startService } from './services.ts';
import { until } from './until.ts';

/** A private master with its replica, and three sentinels that watch them. */
export interface RedisSentinels extends AsyncDisposable {
  /** `redis+sentinel://127.0.0.1:PORT,127.0.0.1:PORT,127.0.0.1:PORT/main`. */
  readonly url: string;
  readonly sentinels: readonly [Service, Service, Service];
  /** The master at the start. */
  readonly first: Service;
  /** Its replica at the start. */
  readonly second: Service;
  /** Resolves once the sentinels name this server as the master. */
  untilMaster(server: Service): Promise<void>;
}

const name = 'main';
// A master that is silent for this long is replaced. With less, one that is only slow on a busy machine would be too.
const downMs = 3_000;

/** Starts all five on free ports. Resolves once each knows the others. `password`: required by the servers and sentinels. */
export async function startRedisSentinels({ password = '' } = {}): Promise<RedisSentinels> {
  await using starting = new AsyncDisposableStack();
  const secret = password === '' ? [] : ['--requirepass', password, '--masterauth', password];
  const quick = ['--repl-diskless-sync-delay', '0', ...secret];
  const first = starting.use(await startRedis({ args: quick }));
  const second = starting.use(await startRedis({ args: [...quick, '--replicaof', '127.0.0.1', String(first.port)] }));
  const ask = async (server: Service, ...command: readonly [string, ...string[]]): Promise<unknown> => {
    const client = new Redis(server.url, { ...(password && { password }), maxRetriesPerRequest: 1 });
    client.on('error', () => {});
    try {
      return await client.call(...command);
    } finally {
      client.disconnect();
    }
  };
  // A sentinel that first sees a replica without a link to its master would never promote it.
  await until(async () => String(await ask(first, 'INFO', 'replication')).includes('state=online'));

  const sentinel = async (): Promise<Service> => starting.use(await startSentinel(first, password));
  const sentinels = [await sentinel(), await sentinel(), await sentinel()] as const;
  for (const one of sentinels) {
    await until(async () => {
      const [master = []] = (await ask(one, 'SENTINEL', 'MASTERS')) as string[][];
      const said = (field: string): string | undefined => master[master.indexOf(field) + 1];
      return said('num-slaves') === '1' && said('num-other-sentinels') === '2';
    });
  }
  const ports = sentinels.map(({ port }) => `127.0.0.1:${port}`);
  const parting = starting.move();
  return {
    url: `redis+sentinel://${password && `:${password}@`}${ports.join(',')}/${name}`,
    ...{ sentinels, first, second },
    untilMaster: (server) =>
      until(async () => {
        const [, port] = (await ask(sentinels[0], 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[];
        return port === String(server.port);
      }),
    [Symbol.asyncDispose]: () => parting.disposeAsync(),
  };
}

/** A sentinel writes its state into its configuration file. */
function startSentinel(master: Service, password: string): Promise<Service> {
  const secret = password === '' ? [] : [`requirepass ${password}`, `sentinel auth-pass ${name} ${password}`];
  const lines = [
    `sentinel monitor ${name} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${name} ${downMs}`,
    `sentinel failover-timeout ${name} 5000`,
    ...secret,
  ];
  return startService(
    {},
    {
      name: 'sentinel',
      url: (port) => `redis://127.0.0.1:${port}`,
      prepare: (folder) => writeFile(join(folder, 'sentinel.conf'), `${lines.join('\n')}\n`),
      command: (folder, port) => [
        requireProgram('redis-server'),
        join(folder, 'sentinel.conf'),
        '--sentinel',
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ],
      ready: 'Sentinel ID is',
    },
  );
}
