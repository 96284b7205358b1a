import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import { createRedisBus } from '../../src/bus/bus.redis.ts';
import type { Chat } from '../../src/chat.ts';
import { readConfig } from '../../src/config/index.ts';
import { openOperator } from '../../src/open.ts';
import { parsePresenceHint, presenceTopic } from '../../src/presence/hint.ts';
import type { Viewer } from '../../src/user/index.ts';
import { ask } from '../schema/asking.ts';
import { chatOn } from '../support/chat.ts';
import { groupOf, listen, person, say } from '../support/people.ts';
import { startRedis } from '../support/services.ts';
import { realStores } from '../support/stores.ts';
import { openRedisGate } from './redis-gate.ts';

const groupDocument = `query Group($id: ID!) {
  conversation(id: $id) {
    ... on Group { name }
    messages(last: 5) { edges { node { text sender { displayName } } } }
    members(first: 5) { totalCount edges { node { user { id } } } }
  }
}`;

/** Starts two nodes on one database and one Redis. What the first one sends to Redis passes a gate. */
async function twoNodes(env: Readonly<Record<string, string>> = {}) {
  await using open = new AsyncDisposableStack();
  const redis = open.use(await startRedis());
  const gate = open.use(await openRedisGate(redis.port));
  const stores = open.use(await realStores({ redisUrl: redis.url }));
  const here = open.use(await chatOn({ ...stores, env: { ...stores.env, REDIS_URL: gate.url } }, env));
  const there = open.use(await chatOn(stores, env));
  const parting = open.move();
  return { here, there, gate, redis, [Symbol.asyncDispose]: () => parting.disposeAsync() };
}

function seen(chat: Chat, viewer: Viewer, group: bigint) {
  return ask(chat, viewer, groupDocument, { id: formatId('Conversation', group) });
}

/** Reads continuously until it is stopped. */
function readAllTheTime(read: () => Promise<unknown>): () => Promise<void> {
  let stopped = false;
  const reading = (async () => {
    while (!stopped) {
      await read();
      // Results from memory would otherwise never yield to anything else.
      await nextTurn();
    }
  })();
  return async () => {
    stopped = true;
    await reading;
  };
}

describe('on another node', () => {
  it('the next read of a removed member finds nothing, and that of other members one member less, however many reads are under way', async () => {
    await using nodes = await twoNodes();
    const { here, there } = nodes;
    const [ann, ben] = [await person(here), await person(here)];
    for (let times = 0; times < 40; times += 1) {
      const group = await groupOf(here, ann, ben);
      await say(here, ann, group, 'hello');
      expect((await seen(there, ben, group)).data).toMatchObject({ conversation: { members: { totalCount: 2 } } });
      const stops = [ben, ann, ben].map((viewer) => readAllTheTime(() => seen(there, viewer, group)));
      await here.groups.removeMember(ann, { groupId: group, userId: ben.userId });
      const [forBen, forAnn] = await Promise.all([seen(there, ben, group), seen(there, ann, group)]);
      expect(forBen.data).toEqual({ conversation: null });
      expect(forAnn.data).toMatchObject({ conversation: { members: { totalCount: 1, edges: [{}] } } });
      await Promise.all(stops.map((stop) => stop()));
      expect((await seen(there, ben, group)).data).toEqual({ conversation: null });
    }
  });

  it.each([
    ['nothing reaches Redis from where it is done', (nodes: Awaited<ReturnType<typeof twoNodes>>) => nodes.gate.swallow()],
    ['Redis hangs', (nodes: Awaited<ReturnType<typeof twoNodes>>) => nodes.redis.pause()],
    ['Redis is gone', (nodes: Awaited<ReturnType<typeof twoNodes>>) => nodes.redis.kill()],
  ])('renames and removals are seen by the next read when %s', async (_name, begin) => {
    await using nodes = await twoNodes();
    const { here, there } = nodes;
    const [ann, ben] = [await person(here), await person(here)];
    const groups: bigint[] = [];
    for (let times = 0; times < 10; times += 1) groups.push(await groupOf(here, ann, ben));
    for (const group of groups) expect((await seen(there, ben, group)).data).toMatchObject({ conversation: { name: 'The group' } });
    await begin(nodes);
    for (const group of groups) {
      await here.groups.update(ann, { groupId: group, name: 'Renamed' });
      expect((await seen(there, ben, group)).data).toMatchObject({ conversation: { name: 'Renamed' } });
      await here.groups.removeMember(ann, { groupId: group, userId: ben.userId });
      expect((await seen(there, ben, group)).data).toEqual({ conversation: null });
    }
    // Nodes that stop send this to Redis, and would wait for its answers.
    nodes.redis.resume();
    nodes.gate.mend();
  });

  it('the next read after ProfileChanged returns the new profile, however often it changes and is read', async () => {
    await using nodes = await twoNodes();
    const { here, there } = nodes;
    const ann = await person(here);
    const events = listen(there, ann);
    await events.ready();
    const stop = readAllTheTime(() => there.users.byIds([ann.userId]));
    for (let change = 0; change < 60; change += 1) {
      const displayName = `Ann ${change}`;
      await here.users.updateProfile(ann, { displayName });
      await events.until((event) => event.kind === 'entry' && event.entry.type === 'ProfileChanged');
      expect((await there.users.byIds([ann.userId]))[0]).toMatchObject({ displayName });
    }
    await stop();
    events.stop();
  });

  it('a watcher who is told of a new profile reads the new one, however often it changes and is read', async () => {
    await using nodes = await twoNodes();
    const { here, there } = nodes;
    const [ann, ben] = [await person(here), await person(here)];
    await groupOf(here, ann, ben);
    // A node reports users as offline only when the leases of other nodes are over.
    const expiresAt = new Date(Date.now() + 60_000);
    using _isThere = here.presence.connect({ ...ann, deviceKind: 'WEB', role: 'USER', bot: false, expiresAt }, () => undefined);
    const watch = there.presence.watch(ben, { userIds: [ann.userId], signal: new AbortController().signal });
    await watch.next();
    const stop = readAllTheTime(() => there.users.byIds([ann.userId]));
    for (let change = 0; change < 60; change += 1) {
      const displayName = `Ann ${change}`;
      await here.users.updateProfile(ann, { displayName });
      await watch.next();
      expect((await there.users.byIds([ann.userId]))[0]).toMatchObject({ displayName });
    }
    await stop();
    await watch.return();
  });

  it('an erased profile disappears from a node that had cached it', async () => {
    await using nodes = await twoNodes();
    const { here, there } = nodes;
    for (let times = 0; times < 10; times += 1) {
      const [ann, ben] = [await person(here), await person(here)];
      const group = await groupOf(here, ben, ann);
      await say(here, ann, group, 'hello');
      await here.users.updateProfile(ann, { displayName: 'Ann Liddell' });
      const shown = async () => JSON.stringify((await seen(there, ben, group)).data);
      await expect.poll(shown).toContain('Ann Liddell');
      await here.users.erase(ann, { password: 'correct horse', messages: 'KEEP', address: 'somewhere' });
      await expect.poll(shown).not.toContain('Ann Liddell');
      expect((await there.users.byIds([ann.userId]))[0]).toMatchObject({ displayName: '', erased: true });
    }
  });

  it('a profile that the command changes or erases is read anew, and nodes on which others watch the user are told', async () => {
    await using stores = await realStores();
    const env: Readonly<Record<string, string>> = { ...stores.env, CACHE_PROFILE_SECONDS: '3600' };
    const logger = pino({ level: 'silent' });
    await using there = await chatOn({ ...stores, env });
    const { userId } = await person(there);
    const shown = async () => (await there.users.byIds([userId]))[0]?.displayName;
    expect(await shown()).not.toBe('Ann Liddell');
    const command = await openOperator(readConfig(env), { logger });
    await using bus = await createRedisBus({ url: env['REDIS_URL'] ?? '', namespace: `mpim:${command.epoch}`, timeoutMs: 5_000, logger });
    const told: unknown[] = [];
    await bus.subscribe(presenceTopic(userId), (message) => void told.push(parsePresenceHint(message)?.kind));
    await command.administration.update(null, { userId, displayName: 'Ann Liddell' });
    await expect.poll(shown).toBe('Ann Liddell');
    await command.administration.erase(null, { userId, messages: 'KEEP' });
    // A command ends right after its act.
    await command[Symbol.asyncDispose]();
    await expect.poll(shown).toBe('');
    await expect.poll(() => told).toEqual(['access', 'chosen', 'access', 'chosen']);
  });

  it('a changed profile is read after a while, even if the hint is lost', async () => {
    await using nodes = await twoNodes({ CACHE_PROFILE_SECONDS: '1' });
    const { here, there, gate } = nodes;
    const ann = await person(here);
    await there.users.byIds([ann.userId]);
    gate.swallow();
    await here.users.updateProfile(ann, { displayName: 'Another' });
    await expect.poll(async () => (await there.users.byIds([ann.userId]))[0]?.displayName).toBe('Another');
    gate.mend();
  });
});
