import pino from 'pino';
import { expect, it } from 'vitest';
import { createRedisRoster } from '../../src/presence/roster.redis.ts';
import { mysqlDb } from '../support/db.ts';
import { groupOf, person, say } from '../support/people.ts';
import { startRedis } from '../support/services.ts';
import { pushWorld } from './push-world.ts';

it('while the roster is unavailable pushes wait, handed out or not, and are sent afterwards', async () => {
  await using redis = await startRedis();
  await using db = await mysqlDb();
  const roster = await createRedisRoster({ url: redis.url, namespace: 'push', logger: pino({ level: 'silent' }) });
  await using world = await pushWorld(db, {}, roster);
  const { chat } = world;
  const [ann, ben] = [await person(chat, 'ann'), await world.subscriber()];
  const [one, other] = [await groupOf(chat, ann, ben), await groupOf(chat, ann, ben)];
  world.service.answer({ status: 503 });
  await say(chat, ann, one, 'handed out');
  await world.tell();
  const tried = world.service.requests;
  world.service.answer(null);
  await redis.kill();
  await say(chat, ann, other, 'not handed out');
  await world.tell();
  await world.later();
  expect(world.service.requests).toBe(tried);
  expect([await db.client.pushDelivery.count(), await db.client.pushDue.count()]).toEqual([1, 1]);
  await redis.restart();
  await expect
    .poll(async () => {
      await world.later();
      return ben.browser.received.map(({ payload: { body } }) => body).toSorted();
    })
    .toEqual(['handed out', 'not handed out']);
});
