import { expect, it, onTestFinished } from 'vitest';
import { createSession } from '../../client/index.ts';
import { createNode } from '../../gateway/node.ts';
import { readConfig } from '../../src/config/index.ts';
import { ask } from '../support/client.ts';
import { MeDocument, RefreshTokenDocument } from '../support/generated/graphql.ts';
import { freshStores } from '../support/stores.ts';
import { given, peopleOf, world } from '../support/world.ts';
import { textsOf } from './followed.ts';
import { follow, socketTo } from './follower.ts';

const brief = world({ ACCESS_TOKEN_SECONDS: '5' });

it('a node that stops sends its clients to the next one, where they resume', async () => {
  const stores = await freshStores();
  onTestFinished(() => stores[Symbol.asyncDispose]());
  const env = { LOG_LEVEL: 'error', GRAPHIQL: 'false', ADMIN_PORT: 'off', ...stores.env };
  const first = await createNode(readConfig({ ...env, PORT: '0' }));
  const people = peopleOf(() => first.url);
  const [ann, ben] = await people.people('ann', 'ben');
  const group = await people.group(ann, ben);
  const { events, states, statuses } = follow({ subscribe: socketTo(first.url, () => ben.token).subscribe, random: Math.random });
  await expect.poll(states).toContain('live');
  await people.say(ann, group, 'before');
  await expect.poll(() => textsOf(events)).toEqual(['before']);
  await first.close();
  await using second = await createNode(readConfig({ ...env, PORT: new URL(first.url).port }));
  await peopleOf(() => second.url).say(ann, group, 'after');
  await expect.poll(() => textsOf(events)).toEqual(['before', 'after']);
  const why = statuses.flatMap((status) => (status.state === 'waiting' ? [status.failure.code] : []));
  expect(why[0]).toBe(1012);
});

it('an expired token is replaced once, and nothing is missed', async () => {
  const [ann, ben] = await brief.people('ann', 'ben');
  const group = await brief.group(ann, ben);
  let { token } = ben;
  let refreshes = 0;
  async function refresh(): Promise<boolean> {
    refreshes += 1;
    const { refreshToken } = await ask(brief.url, RefreshTokenDocument, { input: { refreshToken: ben.refreshToken } });
    token = given(refreshToken.accessToken, refreshToken.errors);
    return true;
  }
  const { events, statuses, states } = follow({ subscribe: socketTo(brief.url, () => token).subscribe, refresh });
  await expect.poll(states).toContain('live');
  await brief.say(ann, group, 'before');
  await expect.poll(() => refreshes).toBe(1);
  const again = await brief.anotherDevice(ann);
  await brief.say(again, group, 'after');
  await expect.poll(() => textsOf(events)).toEqual(['before', 'after']);
  expect(statuses.flatMap((status) => (status.state === 'waiting' ? [status.failure.code] : []))).toEqual([4403]);
});

it('a socket sends each next token in time, and stays open beyond the first one’s expiry', async () => {
  const [ann, ben] = await brief.people('ann', 'ben');
  const group = await brief.group(ann, ben);
  const session = createSession({ url: `${brief.url}/graphql` });
  const accessTokenExpiresAt = new Date(Date.now() + 5_000).toISOString();
  await session.begin({ accessToken: ben.token, accessTokenExpiresAt, refreshToken: ben.refreshToken });
  const { subscribe } = socketTo(brief.url, session.token, { keepAlive: 200 });
  const { events, statuses, states } = follow({ subscribe, refresh: session.refresh });
  await expect.poll(states).toContain('live');
  await expect
    .poll(async () => (await brief.post(MeDocument, {}, ben)).errors?.[0]?.extensions?.['code'], { timeout: 20_000 })
    .toBe('UNAUTHENTICATED');
  await brief.say(await brief.anotherDevice(ann), group, 'still there');
  await expect.poll(() => textsOf(events)).toEqual(['still there']);
  expect(statuses.map(({ state }) => state)).not.toContain('waiting');
});
