import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createRedisRegistry } from '../../src/cluster/registry.redis.ts';
import type { BeatAnswer, Registry } from '../../src/cluster/registry.ts';
import { ConfigError } from '../../src/config/index.ts';
import { freePort, startRedis } from '../support/services.ts';
import { aNode, leaseOf } from './records.ts';
import { describeRegistry } from './registry.contract.ts';

const silent = pino({ level: 'silent' });

function open(namespace: string = randomUUID(), { url = inject('redisUrl'), logger = silent } = {}): Promise<Registry> {
  return createRedisRegistry({ url, namespace, logger });
}

let admin: Redis;
beforeAll(() => {
  admin = new Redis(inject('redisUrl'));
});
afterAll(() => admin.disconnect());

function namesIn(answer: BeatAnswer): readonly string[] {
  return 'records' in answer ? answer.records.map(({ nodeId }) => nodeId) : [];
}

describeRegistry('the registry in Redis', () => open());

test('two processes of one system on one Redis see each other, two systems do not', async () => {
  const namespace = randomUUID();
  await using one = await open(namespace);
  await using two = await open(namespace);
  await using stranger = await open();
  const [alpha, beta, other] = [aNode(), aNode(), aNode()];
  await one.beat(alpha);
  expect(new Set(namesIn(await two.beat(beta)))).toEqual(new Set([alpha.nodeId, beta.nodeId]));
  expect(namesIn(await stranger.beat(other))).toEqual([other.nodeId]);
});

test('the registry knows its age, and that it has lost everything', async () => {
  const namespace = randomUUID();
  await using registry = await open(namespace);
  const node = aNode();
  expect(await registry.beat(node)).toMatchObject({ before: null, ageMs: 0 });
  const born = Number(await admin.hget(`${namespace}:nodes`, ':born'));
  await admin.hset(`${namespace}:nodes`, ':born', born - 5_000);
  const answer = await registry.beat({ ...node, beat: 2 });
  expect('ageMs' in answer && answer.ageMs).toBeGreaterThanOrEqual(5_000);
  await admin.del(`${namespace}:nodes`);
  expect(await registry.beat({ ...node, beat: 3 })).toMatchObject({ before: null, ageMs: 0 });
});

test('a tombstone is removed by any beat after an hour of Redis’ own clock, and not before', async () => {
  const namespace = randomUUID();
  await using registry = await open(namespace);
  const [dead, heir] = [aNode(), aNode()];
  for (const node of [dead, heir]) await registry.beat(node);
  await registry.claim(dead, leaseOf(heir));
  await registry.finish({ dead: leaseOf(dead), heir: leaseOf(heir) });
  async function age(ms: number): Promise<void> {
    const stored = JSON.parse((await admin.hget(`${namespace}:nodes`, dead.nodeId)) ?? '{}');
    await admin.hset(`${namespace}:nodes`, dead.nodeId, JSON.stringify({ ...stored, goneAt: stored.goneAt - ms }));
  }
  await age(3_500_000);
  expect(namesIn(await registry.beat({ ...heir, beat: 2 }))).toHaveLength(2);
  await age(100_001);
  expect(namesIn(await registry.beat({ ...heir, beat: 3 }))).toEqual([heir.nodeId]);
});

/** A stored node in which something that it announces about itself is replaced. */
function spoiltSelf(other: object): string {
  const self = { name: 'n', address: '', version: '1', roles: [], startedAt: 0, load: { sockets: 0, eventsPerSecond: 0, loopDelayMs: 0 } };
  return JSON.stringify({ epoch: 1, beat: 1, state: 'READY', self: JSON.stringify({ ...self, ...other }) });
}

test('a node of an earlier release that does not announce its keys is read', async () => {
  const namespace = randomUUID();
  await using registry = await open(namespace);
  await admin.hset(`${namespace}:nodes`, { earlier: spoiltSelf({}) });
  expect(await registry.read()).toMatchObject({ records: [{ nodeId: 'earlier', name: 'n', keys: [] }] });
});

test.each([
  ['no JSON', 'x'],
  ['nothing', ''],
  ['an array', '[]'],
  ['a number', '7'],
  ['null', 'null'],
  ['an object of another kind', '{"epoch":"one"}'],
  ['a node that does not say what it is', '{"epoch":1,"beat":1,"state":"READY"}'],
  ['a state that nobody knows', JSON.stringify({ epoch: 1, beat: 1, state: 'ASLEEP', self: '{}' })],
  ['a node that began at no time', spoiltSelf({ startedAt: 1e20 })],
  ['a node whose words are no JSON', JSON.stringify({ epoch: 1, beat: 1, state: 'READY', self: '{' })],
])('%s in the place of a node or a takeover is ignored, logged once, and overwritten by its node', async (_what, text) => {
  const namespace = randomUUID();
  const lines: string[] = [];
  await using registry = await open(namespace, { logger: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }) });
  const [node, spoilt] = [aNode(), aNode()];
  await admin.hset(`${namespace}:nodes`, { [spoilt.nodeId]: text, [`${spoilt.nodeId}:1`]: text, ':': text });
  for (const beat of [1, 2]) expect(namesIn(await registry.beat({ ...node, beat }))).toEqual([node.nodeId]);
  expect(await registry.read()).toMatchObject({ records: [{ nodeId: node.nodeId }], takeovers: [] });
  expect(lines).toHaveLength(3);
  expect(await registry.reclaim({ dead: leaseOf(spoilt), heir: leaseOf(spoilt) }, leaseOf(node))).toBe(false);
  await registry.beat({ ...spoilt, epoch: 2 });
  expect((await registry.read()).records).toHaveLength(2);
});

test.each([
  ['cannot be read', 'yesterday'],
  ['is still to come, for Redis’ clock was set back,', String(Date.now() + 3_600_000)],
])('a birth that %s is replaced by the current time', async (_what, born) => {
  const namespace = randomUUID();
  await using registry = await open(namespace);
  await admin.hset(`${namespace}:nodes`, ':born', born);
  expect(await registry.beat(aNode())).toMatchObject({ ageMs: 0 });
  expect(Number(await admin.hget(`${namespace}:nodes`, ':born'))).toBeLessThanOrEqual(Date.now());
});

test('while Redis hangs or is gone every call rejects within a second, and works again after it', async () => {
  await using redis = await startRedis();
  await using registry = await open(randomUUID(), { url: redis.url });
  const node = aNode();
  const acts = [
    () => registry.beat(node),
    () => registry.claim(node, leaseOf(node)),
    () => registry.reclaim({ dead: leaseOf(node), heir: leaseOf(node) }, leaseOf(node)),
    () => registry.finish({ dead: leaseOf(node), heir: leaseOf(node) }),
    () => registry.leave(leaseOf(node)),
    () => registry.read(),
  ];
  async function outcomes(): Promise<readonly string[]> {
    return (await Promise.allSettled(acts.map(async (act) => await act()))).map(({ status }) => status);
  }
  const fail = acts.map(() => 'rejected');
  for (const [stop, begin] of [
    [redis.pause, async () => redis.resume()],
    [redis.kill, redis.restart],
  ] as const) {
    await stop();
    const began = performance.now();
    expect(await outcomes()).toEqual(fail);
    expect(performance.now() - began).toBeLessThan(1_000);
    await begin();
    await expect.poll(outcomes).toEqual(acts.map(() => 'fulfilled'));
  }
});

test('a Redis that cannot be used at the start is a ConfigError', async () => {
  await expect(open(randomUUID(), { url: `redis://127.0.0.1:${await freePort()}` })).rejects.toBeInstanceOf(ConfigError);
});
