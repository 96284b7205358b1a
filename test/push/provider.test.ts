import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import type { Push } from '../../src/push/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { sqliteDb } from '../support/db.ts';
import { groupOf, person, say } from '../support/people.ts';
import { type PushWorld, pushWorld } from './push-world.ts';

interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe('the push provider', () => {
  const key = randomBytes(24);
  const open = new AsyncDisposableStack();
  const heard: Told[] = [];
  let status = 200;
  let db: Db;
  let world: PushWorld;
  let push: Push;

  beforeAll(async () => {
    const server = createServer(async (request, response) => {
      heard.push({ headers: request.headers, text: Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString() });
      response.writeHead(status).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    open.defer(() => void server.closeAllConnections());
    open.defer(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`;
    db = open.use(await sqliteDb());
    world = open.use(await pushWorld(db, { PUSH_PROVIDER_URL: url, PUSH_PROVIDER_SECRET: `whsec_${key.toString('base64')}` }));
    push = world.push;
  });
  beforeEach(() => {
    status = 200;
    heard.splice(0);
  });
  afterAll(() => open.disposeAsync());

  async function scene() {
    const [ann, ben] = [await person(world.chat, 'ann'), await person(world.chat, 'ben')];
    await push.registerDevice(ben, { platform: 'APNS', token: 'a-token' });
    const group = await groupOf(world.chat, ann, ben);
    await world.tell();
    const tell = async (text: string): Promise<void> => {
      await say(world.chat, ann, group, text);
      await world.tell();
    };
    return { ann, ben, group, tell };
  }

  async function isRegistered(viewer: Viewer): Promise<boolean> {
    return (await push.devices(viewer)).length > 0;
  }

  it('receives the device and the notification, with a signature that it can verify', async () => {
    const { tell } = await scene();
    await tell('hello');
    expect(heard).toHaveLength(1);
    const { headers, text } = heard[0] ?? expect.fail();
    const { id, ttlSeconds, ...body } = JSON.parse(text);
    expect(body).toEqual({
      ...{ platform: 'APNS', token: 'a-token', title: 'The group', body: 'hello', badge: 1, urgency: 'normal' },
      collapseKey: expect.stringMatching(/^[\w-]{32}$/),
      data: expect.objectContaining({ type: 'MESSAGE', count: 1, conversationId: expect.any(String), messageId: expect.any(String) }),
    });
    // The day, less what has passed since the message was due.
    expect(ttlSeconds).toBeLessThanOrEqual(86_400);
    expect(ttlSeconds).toBeGreaterThan(86_340);
    expect(headers['webhook-id']).toBe(id);
    const at = headers['webhook-timestamp'];
    expect(Math.abs(Number(at) - Date.now() / 1_000)).toBeLessThan(60);
    const signature = createHmac('sha256', key).update(`${id}.${at}.${text}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
  });

  it('receives a failed push again under the same id, and the next push under another', async () => {
    const { tell } = await scene();
    status = 503;
    await tell('hello');
    await world.later();
    status = 200;
    await world.later();
    await world.later();
    const ids = heard.map(({ headers }) => headers['webhook-id']);
    expect([heard.length, new Set(ids).size]).toEqual([3, 1]);
    await tell('more');
    expect(heard.at(-1)?.headers['webhook-id']).not.toBe(ids[0]);
  });

  it.each([404, 410])('that answers %i has its token deleted', async (gone) => {
    const { ben, tell } = await scene();
    status = gone;
    await tell('hello');
    expect([heard.length, await isRegistered(ben)]).toEqual([1, false]);
  });

  it('needs a secret', () => {
    expect(() => readConfig({ PUSH_PROVIDER_URL: 'https://push.example.org' })).toThrow(/PUSH_PROVIDER_URL needs PUSH_PROVIDER_SECRET/);
  });

  it('that is removed from the configuration receives nothing, and its devices stay registered', async () => {
    const { ann, ben, group } = await scene();
    const without = world.node({ PUSH_PROVIDER_URL: '', PUSH_PROVIDER_SECRET: '' });
    await say(world.chat, ann, group, 'hello');
    await world.act();
    await without.sendDue();
    expect([heard.length, await isRegistered(ben)]).toEqual([0, true]);
  });
});
