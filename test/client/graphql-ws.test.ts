import { getEventListeners, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket as Ws } from 'ws';
import { createSocketClient } from '../../client/graphql-ws.ts';
import { world } from '../support/world.ts';
import { follow, socketTo } from './follower.ts';

const chat = world();

it.each([
  ['the package ws', Ws],
  ['the platform', undefined],
])('a server that accepts connections and sends nothing is given up, and the next attempt is another connection: sockets of %s', async (_, webSocketImpl) => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined).resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const client = createSocketClient({ url: `ws://127.0.0.1:${port}/graphql`, token: () => null, openMs: 50, webSocketImpl });
  const attempt = () =>
    new Promise<unknown>((resolve, reject) => {
      client.subscribe(
        { query: 'subscription { events { __typename } }' },
        { next: reject, error: resolve, complete: reject as () => void },
      );
    });
  await attempt();
  await attempt();
  // Node’s own WebSocket may make one more attempt by itself.
  expect(connections).toBeGreaterThanOrEqual(2);
});

it('a connection that fails because its token cannot be got does not break the next one', async () => {
  const [ann] = await chat.people('ann');
  let asked = 0;
  const tenure = new AbortController();
  const client = createSocketClient({
    url: `${chat.url.replace('http', 'ws')}/graphql`,
    lazyCloseTimeout: 60_000,
    signal: () => tenure.signal,
    async token() {
      asked += 1;
      if (asked === 1) throw new Error('no network');
      return ann.token;
    },
  });
  onTestFinished(() => client.terminate());
  const attempt = () =>
    new Promise<unknown>((resolve) => {
      client.subscribe({ query: '{ __typename }' }, { next: resolve, error: resolve, complete: () => undefined });
    });
  // The first socket is still closing when the second opens.
  expect([await attempt(), await attempt()]).toEqual([new Error('no network'), { data: { __typename: 'Query' } }]);
  expect(await attempt()).toEqual({ data: { __typename: 'Query' } });
  expect([asked, getEventListeners(tenure.signal, 'abort').length]).toEqual([2, 1]);
});

it('a token that cannot be got for a socket that was given up does not break the next one', async () => {
  const [ann] = await chat.people('ann');
  const { promise: late, reject: isNotGot } = Promise.withResolvers<string>();
  const asked = Promise.withResolvers<void>();
  let times = 0;
  const client = createSocketClient({
    url: `${chat.url.replace('http', 'ws')}/graphql`,
    token() {
      times += 1;
      asked.resolve();
      if (times === 1) return late;
      isNotGot(new Error('no network'));
      return ann.token;
    },
  });
  const attempt = () =>
    new Promise<unknown>((resolve) => {
      client.subscribe({ query: '{ __typename }' }, { next: resolve, error: resolve, complete: () => undefined });
    });
  const first = attempt();
  await asked.promise;
  client.terminate();
  expect(await first).toMatchObject({ code: 4499 });
  expect(await attempt()).toEqual({ data: { __typename: 'Query' } });
});

it('a client without a token is asked for one once, and not at each ping', async () => {
  let asked = 0;
  const pongs = Promise.withResolvers<void>();
  let count = 0;
  const client = createSocketClient({
    url: `${chat.url.replace('http', 'ws')}/graphql`,
    // Also the longest wait for a pong, so not shorter on a busy machine.
    keepAlive: 150,
    lazyCloseTimeout: 60_000,
    token() {
      asked += 1;
      return null;
    },
    on: {
      pong() {
        count += 1;
        if (count === 3) pongs.resolve();
      },
    },
  });
  onTestFinished(() => client.terminate());
  client.subscribe({ query: '{ __typename }' }, { next: () => undefined, error: pongs.reject, complete: () => undefined });
  await pongs.promise;
  expect(asked).toBe(1);
});

it('a socket that is kept open closes with its user, and the next user gets another one', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  let [user, tenure] = [ann, new AbortController()];
  const options = { lazyCloseTimeout: 60_000, signal: () => tenure.signal };
  const client = socketTo(chat.url, () => user.token, options);
  onTestFinished(() => client.terminate());
  const before = follow({ subscribe: client.subscribe });
  await expect.poll(before.states).toContain('live');
  await before.following.stop();
  const ending = tenure;
  [user, tenure] = [ben, new AbortController()];
  ending.abort();
  const after = follow({ subscribe: client.subscribe });
  await expect.poll(after.states).toContain('live');
  const followed = (await after.positions.load()).map(({ streamId }) => streamId);
  expect([followed.includes(ann.id), followed.includes(ben.id)]).toEqual([false, true]);
  expect(getEventListeners(ending.signal, 'abort')).toEqual([]);
});
