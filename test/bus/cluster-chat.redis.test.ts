import { afterAll, beforeAll, expect, test } from 'vitest';
import { chatOn } from '../support/chat.ts';
import { groupOf, inWords, listen, person, say } from '../support/people.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { realStores } from '../support/stores.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

test('two nodes on a Redis Cluster deliver to each other, including what they missed while the masters were down', async () => {
  await using stores = await realStores({ redisUrl: cluster.url });
  // So long that only the bus, or its gap, can deliver a message.
  await using here = await chatOn(stores, { HEAD_CHECK_MS: '600000' });
  await using there = await chatOn(stores, { HEAD_CHECK_MS: '600000' });
  const [ann, ben] = [await person(here), await person(there)];
  const groups = [await groupOf(here, ann, ben), await groupOf(here, ann, ben), await groupOf(here, ann, ben)];
  const events = listen(there, ben);
  await events.ready();
  for (const group of groups) await say(here, ann, group, 'hello');
  for (const _ of groups) expect(inWords(await events.next())).toBe('3 MessageSent hello');

  await Promise.all(cluster.masters.map((master) => master.kill()));
  for (const group of groups) await say(here, ann, group, 'missed');
  await Promise.all(cluster.masters.map((master) => master.restart()));
  for (const _ of groups) expect(inWords(await events.next())).toBe('4 MessageSent missed');
  await expect.poll(async () => [...(await here.problems()), ...(await there.problems())]).toEqual([]);
  for (const group of groups) await say(here, ann, group, 'live again');
  for (const _ of groups) expect(inWords(await events.next())).toBe('5 MessageSent live again');
  events.stop();
});
