import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { type Person, world } from '../support/world.ts';
import { type Message, openRaw, type RawSocket } from './raw-socket.ts';

// One subscription is opened at a time, and one may wait: the third of concurrent ones is refused.
const chat = world({ CATCH_UPS: '1', CATCH_UP_QUEUE: '1' });

const events = 'subscription { events { __typename ... on MessageSent { messageEdge { node { text } } } } }';

async function signedIn({ token }: Person): Promise<RawSocket> {
  const socket = await openRaw(chat.url);
  onTestFinished(socket.terminate);
  await socket.init({ authorization: `Bearer ${token}` });
  return socket;
}

/** The next message that matches. */
async function nextOf(socket: RawSocket, fits: (message: Message) => boolean): Promise<Message> {
  for (;;) {
    const message = await socket.next();
    if (fits(message)) return message;
  }
}

describe('a node with too many subscriptions to open', () => {
  it('closes the socket of one that it refuses, with the time to reconnect', async () => {
    const [ann] = await chat.people('ann');
    const socket = await signedIn(ann);
    for (const id of ['1', '2', '3']) socket.subscribe(id, events);
    const { code, reason } = await socket.closed;
    expect(code).toBe(1013);
    const wait = Number(/^Too busy right now\. Connect again in (\d+) ms$/.exec(reason)?.[1]);
    expect(wait).toBeGreaterThanOrEqual(2_000);
    expect(wait).toBeLessThanOrEqual(10_000);
  });

  it('refuses only the one subscription if another on its socket is live', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const socket = await signedIn(ben);
    socket.subscribe('live', events);
    expect(await socket.next()).toMatchObject({ id: 'live', payload: { data: { events: { __typename: 'StreamReady' } } } });
    for (const id of ['1', '2', '3']) socket.subscribe(id, events);
    expect(await nextOf(socket, ({ type }) => type === 'error')).toMatchObject({
      id: '3',
      payload: [{ extensions: { code: 'UNAVAILABLE', retryable: true, retryAfterMs: expect.any(Number) } }],
    });
    await chat.say(ann, group, 'still here');
    const { payload } = await nextOf(socket, ({ id }) => id === 'live');
    expect(payload.data.events.messageEdge.node.text).toBe('still here');
  });

  it('serves all of them in the end, with plain graphql-ws clients', async () => {
    const people = await chat.people('ann', 'ben', 'cat', 'dan', 'eve', 'fay', 'gus', 'hal');
    const closes: number[] = [];
    const clients = people.map(({ token }) =>
      createClient({
        url: `${chat.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        lazy: false,
        connectionParams: { authorization: `Bearer ${token}` },
        // The library’s own waits, scaled down from seconds.
        retryWait: () => delay(5 + Math.random() * 50),
        on: { closed: (event) => closes.push((event as { readonly code: number }).code) },
      }),
    );
    onTestFinished(async () => {
      for (const client of clients) await client.dispose();
    });
    await Promise.all(clients.map((client) => new Promise((resolve) => client.on('connected', resolve))));
    const ready = clients.map(async (client) => {
      const { value } = await client.iterate<{ events: { __typename: string } }>({ query: events }).next();
      return value?.data?.events.__typename;
    });
    expect(await Promise.all(ready)).toEqual(people.map(() => 'StreamReady'));
    expect(new Set(closes)).toEqual(new Set([1013]));
  });
});
