import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOf } from '../../src/all-of.ts';
import { ensurePrograms } from '../support/binaries.ts';
import { type EventPartsFragment, MeDocument, SignInDocument, type SignInMutation } from '../support/generated/graphql.ts';
import { startNginx } from '../support/nginx.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { refusals } from '../support/refusal.ts';
import type { Service } from '../support/services.ts';
import { realStores } from '../support/stores.ts';
import { createSubscriber, overSocket, overSse, type Subscriber } from '../support/subscriber.ts';
import { password, peopleOf } from '../support/world.ts';
import { talk } from './talker.ts';

// A few more than the users who sign up here, and few enough to use them all up.
const attempts = 12;

describe('nginx, as shipped, in front of three nodes', () => {
  const open = new AsyncDisposableStack();
  let nginx: Service;
  let nodes: readonly NodeProcess[];
  const here = peopleOf(() => nginx.url);

  beforeAll(async () => {
    ensurePrograms('nginx');
    const stores = open.use(await realStores());
    const env = { ...stores.env, TRUST_PROXY: 'true', ADDRESS_ATTEMPTS: String(attempts) };
    nodes = Object.values(await allOf(open, { a: startNodeProcess(env), b: startNodeProcess(env), c: startNodeProcess(env) }));
    nginx = open.use(await startNginx(nodes.map(({ url }) => url)));
  });
  afterAll(() => open.disposeAsync());

  /** Tries to sign in from a local address, and returns the refusal. */
  async function signInFrom(localAddress: string, handle: string, headers: Readonly<Record<string, string>> = {}) {
    const call = request(`${nginx.url}/graphql`, {
      method: 'POST',
      localAddress,
      headers: { 'content-type': 'application/json', ...headers },
    });
    call.end(JSON.stringify({ query: print(SignInDocument), variables: { input: { handle, password } } }));
    const [response] = await once(call, 'response');
    const { data } = (await json(response)) as { readonly data: SignInMutation };
    return refusals(data.signIn.errors);
  }

  it('passes the client’s real address to nodes, whatever the client claims', async () => {
    for (let n = 0; n < attempts; n += 1) {
      expect(await signInFrom('127.0.0.8', `nobody.${n}`, { 'x-forwarded-for': `10.0.0.${n}` })).toEqual(['INVALID_CREDENTIALS']);
    }
    expect(await signInFrom('127.0.0.8', 'nobody', { 'x-forwarded-for': '10.0.1.1, 10.0.1.2' })).toEqual(['RATE_LIMITED']);
    expect(await signInFrom('127.0.0.9', 'nobody', { 'x-forwarded-for': '127.0.0.8' })).toEqual(['INVALID_CREDENTIALS']);
  });

  it('passes bodies as large as nodes accept, and request ids, and logs only the path of a URL', async () => {
    const query = `{ viewer { user { id } } } #${'x'.repeat(90_000)}`;
    async function sized(bytes: number) {
      const extensions = 'x'.repeat(bytes);
      const headers = { 'content-type': 'application/json', 'x-request-id': 'mine' };
      return await fetch(`${nginx.url}/graphql?secret=1`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query, extensions: { extensions } }),
      });
    }
    const fits = await sized(2_400_000);
    expect([fits.status, fits.headers.get('x-request-id')]).toEqual([200, 'mine']);
    expect((await sized(2_500_001)).status).toBe(413);
    const log = await readFile(join(nginx.folder, 'access.log'), 'utf8');
    expect(log).toMatch(/"POST \/graphql HTTP\/1\.1" 200 .* 127\.0\.0\.1:\d+ 200 mine$/m);
    expect(log).not.toContain('secret');
  });

  it('does not expose the operators’ paths', async () => {
    for (const path of ['/metrics', '/admin/graphql', '/admin/audit']) expect((await fetch(`${nginx.url}${path}`)).status).toBe(404);
    expect((await fetch(`${nginx.url}/health/ready`)).status).toBe(200);
  });

  // Nginx stops sending to a node that has failed. If it is still sending and the node answers and closes the connection, nginx takes that
  // for a failure.
  it.each([
    ['a method that there is not', 400, 'FOO /graphql HTTP/1.1\r\nHost: a\r\n'],
    ['a header that is none', 400, 'POST /graphql HTTP/1.1\r\nHost: a\r\nA: \x7f\r\n'],
    ['no host', 415, 'POST /graphql HTTP/1.0\r\n'],
    [
      'an origin that does not fit into the usual headers of an answer',
      415,
      `POST /graphql HTTP/1.1\r\nHost: a\r\nOrigin: http://${'x'.repeat(6_000)}\r\n`,
    ],
    ['an upgrade of what has none', 404, 'GET /elsewhere HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n'],
    [
      'a WebSocket with a body and no key',
      400,
      'GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n',
    ],
  ])('keeps all nodes in use when a client sends %s', async (_, status, head) => {
    const body = 'x'.repeat(2_000_000);
    for (let n = 0; n < 6; n += 1) {
      const socket = connect(nginx.port, '127.0.0.1');
      const answer = text(socket);
      socket.write(`${head}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      expect(await answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
    expect(await readFile(join(nginx.folder, 'output'), 'utf8')).not.toContain('upstream');
  });

  it('loses and repeats no message while one node is killed and another stops, and only requests in flight at the kill fail', async () => {
    const [ann, ben, cem, dee] = await here.people('ann', 'ben', 'cem', 'dee');
    const group = await here.group(ann, ben, cem, dee);
    const positions = await here.positions(dee);
    const subscribers = [overSocket, overSse, overSocket, overSse].map((connect) => createSubscriber(dee.token, positions, connect));
    const attended = Promise.all(subscribers.map((subscriber) => attend(subscriber, nginx.url, 'the end')));
    const talkers = [ann, ben, cem].map((person) => talk(nginx.url, person, group));
    const more = () => Promise.all(talkers.map((talker) => talker.more(10)));
    const failures = () => talkers.flatMap((talker) => talker.failures);

    await more();
    await nodes[0]?.end('SIGKILL');
    await more();
    // The requests in flight have an unknown outcome. Nothing else was refused.
    const killed = failures();
    expect(killed.length).toBeLessThanOrEqual(talkers.length);
    for (const failure of killed) expect(failure).toMatch(/^502 .*"UNAVAILABLE","retryable":true/);

    const stopped = nodes[1]?.end('SIGTERM');
    await more();
    expect(await stopped).toBe(0);
    await more();
    expect((await here.ask(MeDocument, {}, ann)).viewer?.user.id).toBe(ann.id);
    await Promise.all(talkers.map((talker) => talker.stop()));
    expect(failures()).toEqual(killed);

    await here.say(dee, group, 'the end');
    await attended;
    for (const subscriber of subscribers) {
      const heard = textsOf(subscriber);
      expect([...heard].sort()).toEqual([...talkers.flatMap(({ said }) => said), 'the end'].sort());
      for (const { said } of talkers) expect(heard.filter((text) => said.includes(text))).toEqual(said);
    }
  });
});

/** Resumes from its positions, as often as necessary, until the last message has arrived. */
async function attend(subscriber: Subscriber, url: string, lastWords: string): Promise<void> {
  function isLast(event: EventPartsFragment): boolean {
    return event.__typename === 'MessageSent' && event.messageEdge?.node.text === lastWords;
  }
  for (let over = false; !over; ) {
    over = await subscriber.attend(url, isLast).then(
      () => true,
      // Its node has gone.
      () => false,
    );
  }
}

function textsOf({ received }: Subscriber): readonly string[] {
  return received.flatMap((event) => (event.__typename === 'MessageSent' ? [event.messageEdge?.node.text ?? ''] : []));
}
