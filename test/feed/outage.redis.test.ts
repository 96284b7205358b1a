import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { chatOn } from '../support/chat.ts';
import { groupOf, inWords, listen, person, say } from '../support/people.ts';
import { startRedis } from '../support/services.ts';
import { realStores } from '../support/stores.ts';

it('a subscription loses nothing and keeps the order while Redis is killed, down, and back', async () => {
  await using redis = await startRedis();
  await using stores = await realStores({ redisUrl: redis.url });
  await using here = await chatOn(stores, { HEAD_CHECK_MS: '200' });
  await using there = await chatOn(stores, { HEAD_CHECK_MS: '200' });
  const [ann, ben] = [await person(here), await person(there)];
  const group = await groupOf(here, ann, ben);
  const events = listen(there, ben);
  await events.ready();

  await say(here, ann, group, 'before');
  expect(inWords(await events.next())).toBe('3 MessageSent before');
  await redis.kill();
  await say(here, ann, group, 'while Redis is away');
  await say(there, ben, group, 'mine');
  expect(inWords(await events.next())).toBe('4 MessageSent while Redis is away');
  expect(inWords(await events.next())).toBe('5 MessageSent mine');
  await redis.restart();
  await say(here, ann, group, 'after');
  expect(inWords(await events.next())).toBe('6 MessageSent after');
  await expect.poll(() => there.problems(), { timeout: 20_000 }).toEqual([]);
  await say(here, ann, group, 'live again');
  expect(inWords(await events.next())).toBe('7 MessageSent live again');
  events.stop();
});

it('a node delivers messages and typing to its own clients at once while Redis is down', async () => {
  await using redis = await startRedis();
  await using stores = await realStores({ redisUrl: redis.url });
  // So long that no check can deliver it, not even at the tenfold frequency of an outage.
  await using chat = await chatOn(stores, { HEAD_CHECK_MS: '600000' });
  const [ann, ben] = [await person(chat), await person(chat)];
  const group = await groupOf(chat, ann, ben);
  const events = listen(chat, ben);
  await events.ready();
  await redis.kill();
  await expect.poll(() => chat.problems()).not.toEqual([]);
  await say(chat, ann, group, 'said without Redis');
  expect(inWords(await events.next())).toBe('3 MessageSent said without Redis');
  await chat.messages.setTyping(ann, { conversationId: group, typing: true });
  expect(inWords(await events.next())).toBe('typing');
  events.stop();
});

it('a node finds entries that another one committed and did not publish as soon as its connection to Redis is back', async () => {
  await using redis = await startRedis();
  // Nobody hears what this node publishes, as if it died right after its commit.
  await using nowhere = await startRedis();
  await using stores = await realStores({ redisUrl: redis.url });
  await using here = await chatOn({ ...stores, env: { ...stores.env, REDIS_URL: nowhere.url } });
  await using there = await chatOn(stores, { HEAD_CHECK_MS: '600000' });
  const [ann, ben] = [await person(here), await person(there)];
  const group = await groupOf(here, ann, ben);
  const events = listen(there, ben);
  await events.ready();
  await say(here, ann, group, 'unpublished');
  const operator = new Redis(redis.url);
  await operator.client('KILL', 'TYPE', 'PUBSUB');
  expect(inWords(await events.next())).toBe('3 MessageSent unpublished');
  operator.disconnect();
  events.stop();
});

it('a new subscription is refused with UNAVAILABLE while Redis hangs, and accepted once Redis is back', async () => {
  await using redis = await startRedis();
  await using stores = await realStores({ redisUrl: redis.url });
  await using chat = await chatOn(stores, { BUS_TIMEOUT_MS: '500' });
  const ann = await person(chat);
  await redis.pause();
  const refused = listen(chat, ann);
  await expect(refused.next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  redis.resume();
  await expect
    .poll(
      async () => {
        const events = listen(chat, ann);
        try {
          return (await events.ready()).map(inWords);
        } catch {
          return [];
        } finally {
          events.stop();
        }
      },
      { timeout: 20_000 },
    )
    .toEqual(['ready']);
});
