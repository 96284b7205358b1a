import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logConsole } from '../../gateway/console.ts';
import { createLogging } from '../../gateway/logger.ts';
import { readConfig } from '../../src/config/index.ts';
import { connectAnyRedis } from '../../src/redis/client.ts';
import { answersPing, connectRedis } from '../../src/redis/connection.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { type Service, startRedis } from '../support/services.ts';

/** A Redis of one server or of several. */
interface Place extends AsyncDisposable {
  readonly url: string;
  readonly servers: readonly Service[];
}

// Twelve of these timeouts are longer than the wait for one server of a cluster before the next is tried.
const manner = { role: 'test', timeoutMs: 100, logger: pino({ level: 'silent' }) };

async function oneServer(): Promise<Place> {
  const server = await startRedis();
  return { url: server.url, servers: [server], [Symbol.asyncDispose]: () => server.stop() };
}

async function aCluster(): Promise<Place> {
  const cluster = await startRedisCluster();
  const [{ port }] = cluster.masters;
  return {
    url: `redis+cluster://127.0.0.1:${port}`,
    servers: cluster.masters,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

// A connection without an answer is closed after a while, and opened again.
const late = /Command timed out|Connection is closed/;

describe.each([
  ['a server', oneServer],
  ['a cluster', aCluster],
])('a first connection to %s', (_, start) => {
  let place: Place;
  beforeAll(async () => {
    place = await start();
  });
  afterAll(() => place[Symbol.asyncDispose]());

  it('waits longer for its first command than later commands may take', async () => {
    const { url, servers } = place;
    using early = await connectAnyRedis({ url, ...manner });
    for (const server of servers) await server.pause();
    const connecting = connectAnyRedis({ url, ...manner });
    connecting.catch(() => undefined);
    for (let times = 0; times < 12; times += 1) await expect(early.client.get('key')).rejects.toThrow(late);
    for (const server of servers) server.resume();
    using connected = await connecting;
    // On a busy machine an answer may take longer than this timeout, too.
    await expect.poll(() => connected.client.get('key')).toBeNull();
    for (const server of servers) await server.pause();
    await expect(connected.client.get('key')).rejects.toThrow(late);
    for (const server of servers) server.resume();
  });
});

it('a server that has become a replica is reconnected to when it refuses a write, because its name may lead to another server', async () => {
  await using server = await startRedis();
  await using master = await startRedis();
  using connected = await connectAnyRedis({ url: server.url, ...manner, timeoutMs: 5_000 });
  const { client } = connected;
  const before = await client.client('ID');
  await client.call('REPLICAOF', '127.0.0.1', String(master.port));
  expect(await client.client('ID')).toBe(before);
  await expect(client.set('key', 'value')).rejects.toThrow(/READONLY/);
  await expect.poll(() => client.client('ID').catch(() => before)).not.toBe(before);
});

it('a connection is sound if it answers late, and is not if it answers nothing for a second', async () => {
  await using server = await startRedis();
  const [client, other] = await Promise.all([connectRedis({ url: server.url, ...manner }), connectRedis({ url: server.url, ...manner })]);
  // Longer than the timeout of a command.
  await other.call('CLIENT', 'PAUSE', 300, 'ALL');
  expect(await answersPing(client)).toBe(true);
  await server.pause();
  expect(await answersPing(client)).toBe(false);
  server.resume();
  for (const connection of [client, other]) connection.disconnect();
});

it('an error of Redis is logged with the name of its command, and without what was sent', async () => {
  await using server = await startRedis();
  const client = await connectRedis({ url: server.url, ...manner });
  const error: unknown = await client.call('SET', 'key', 'secret', 'WRONG').catch((fault: unknown) => fault);
  client.disconnect();
  const lines: string[] = [];
  const { logger } = createLogging(readConfig({ LOG_FORMAT: 'json' }), { write: (line) => void lines.push(line) });
  logger.warn({ err: error }, 'refused');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { type: 'ReplyError', message: 'ERR syntax error', command: 'SET' } });
  expect(lines[0]).not.toContain('secret');
});

it('a user of Redis without the right to INFO can connect, and what its client prints about that is a line of the log', async () => {
  await using server = await startRedis();
  const admin = await connectRedis({ url: server.url, ...manner });
  await admin.call('ACL', 'SETUSER', 'app', 'on', '>generated-for-tests', '~*', '&*', '+@all', '-info');
  admin.disconnect();
  const lines: string[] = [];
  const { logger } = createLogging(readConfig({ LOG_FORMAT: 'json' }), { write: (line) => void lines.push(line) });
  using _console = logConsole(logger);
  const client = await connectRedis({ url: server.url.replace('//', '//app:generated-for-tests@'), ...manner });
  client.disconnect();
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'warn', msg: expect.stringMatching(/INFO command fails: "NOPERM/) }),
  ]);
});
