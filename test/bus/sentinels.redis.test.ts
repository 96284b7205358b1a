import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedisBus } from '../../src/bus/bus.redis.ts';
import type { Bus } from '../../src/bus/index.ts';
import { connectAnyRedis } from '../../src/redis/client.ts';
import { chatOn } from '../support/chat.ts';
import { groupOf, inWords, listen, person, say } from '../support/people.ts';
import { type RedisSentinels, startRedisSentinels } from '../support/redis-sentinels.ts';
import { freePort } from '../support/services.ts';
import { realStores } from '../support/stores.ts';
import { describeBus } from './contract.ts';
import { startError } from './start-error.ts';

const logger = pino({ level: 'silent' });

function openBus(url: string, namespace: string = randomUUID()): Promise<Bus> {
  return createRedisBus({ url, namespace, timeoutMs: 5_000, logger });
}

describe('a Redis with sentinels', () => {
  let redis: RedisSentinels;
  beforeAll(async () => {
    redis = await startRedisSentinels({ password: 'generated-for-tests' });
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  describeBus('its bus', (namespace) => openBus(redis.url, namespace));

  test('is refused in one line without the password if no sentinel answers, none knows the name, or the password is wrong', async () => {
    const nobody = `redis+sentinel://:secret@127.0.0.1:${await freePort()}/main`;
    const errors = [
      await startError(openBus(nobody)),
      await startError(openBus(redis.url.replace(/main$/, 'other'))),
      await startError(openBus(redis.url.replace('generated', 'guessed'))),
    ];
    expect(errors).toEqual([
      expect.stringMatching(
        /^REDIS_URL: no Redis can be used at main, which the sentinels at 127.* watch \(none of them answers, or none knows that name\)$/,
      ),
      expect.stringMatching(/at other, .* none knows that name/),
      expect.stringMatching(/^REDIS_URL: .*sentinels/),
    ]);
    expect(errors.join()).not.toMatch(/secret|guessed/);
  });

  test('accepts a user that only the servers know, and one that the sentinels know too', async () => {
    const user = ['ACL', 'SETUSER', 'app', 'on', '>generated-for-tests', '~*', '&*', '+@all'] as const;
    const url = redis.url.replace('://', '://app');
    for (const servers of [[redis.first, redis.second], redis.sentinels]) {
      for (const server of servers) {
        const client = new Redis(server.url, { password: 'generated-for-tests' });
        await client.call(...user);
        client.disconnect();
      }
      using kept = await connectAnyRedis({ url, role: 'test', timeoutMs: 1_000, logger });
      expect(await kept.client.acl('WHOAMI')).toBe('app');
      await using bus = await openBus(url);
      expect(bus.healthy).toBe(true);
    }
  });

  test('is found by the remaining sentinels', async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    const [silent] = redis.sentinels;
    await silent.pause();
    try {
      await using bus = await openBus(redis.url.replace('@', `@${dead},`));
      expect(bus.healthy).toBe(true);
    } finally {
      silent.resume();
    }
  });

  test('is looked for until sentinels are back, however long none is', async () => {
    using kept = await connectAnyRedis({ url: redis.url, role: 'test', timeoutMs: 1_000, logger });
    await Promise.all(redis.sentinels.map((sentinel) => sentinel.kill()));
    const { client } = kept;
    const failed = new Promise((resolve) => void client.once('error', resolve));
    client.disconnect(true);
    // A single failed attempt must not end the search.
    expect(await failed).toMatchObject({ message: expect.stringContaining('All sentinels are unreachable') });
    await Promise.all(redis.sentinels.map((sentinel) => sentinel.restart()));
    await expect.poll(() => client.status).toBe('ready');
    expect(await client.get('key')).toBeNull();
  });

  test('nodes go on with the replica when the master hangs with open connections, and deliver what was sent meanwhile', async () => {
    await using stores = await realStores({ redisUrl: redis.url });
    // Head checks are so rare that only the bus, or its gap, can deliver a message. The time-out notices the hanging master while the
    // sentinels agree on it.
    const env = { HEAD_CHECK_MS: '600000', BUS_TIMEOUT_MS: '2000' };
    await using here = await chatOn(stores, env);
    await using there = await chatOn(stores, env);
    const [ann, ben] = [await person(here), await person(there)];
    const group = await groupOf(here, ann, ben);
    const events = listen(there, ben);
    await events.ready();
    await say(here, ann, group, 'hello');
    expect(inWords(await events.next())).toBe('3 MessageSent hello');

    await redis.first.pause();
    await say(here, ann, group, 'missed');
    await redis.untilMaster(redis.second);
    expect(inWords(await events.next())).toBe('4 MessageSent missed');
    await expect.poll(async () => [...(await here.problems()), ...(await there.problems())]).toEqual([]);
    await say(here, ann, group, 'by the replica');
    expect(inWords(await events.next())).toBe('5 MessageSent by the replica');
    events.stop();
  });
});
