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

// A few more than people who sign up here, and few enough to try them all.
const attempts = 12;

describe('nginx, as it ships, before three nodes', () => {
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

  /** Signs in from an address of this machine; answers how that was refused. */
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

  it('tells nodes the address that a client comes from, whatever the client says of it', async () => {
    for (let n = 0; n < attempts; n += 1) {
      expect(await signInFrom('127.0.0.8', `nobody.${n}`, { 'x-forwarded-for': `10.0.0.${n}` })).toEqual(['INVALID_CREDENTIALS']);
    }
    expect(await signInFrom('127.0.0.8', 'nobody', { 'x-forwarded-for': '10.0.1.1, 10.0.1.2' })).toEqual(['RATE_LIMITED']);
    expect(await signInFrom('127.0.0.9', 'nobody', { 'x-forwarded-for': '127.0.0.8' })).toEqual(['INVALID_CREDENTIALS']);
  });

  it('passes bodies as large as nodes take them, and the id of a request, and writes down no more of its address than the path', async () => {
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

  it('leads to nothing of what is for operators', async () => {
    for (const path of ['/metrics', '/admin/graphql', '/admin/audit']) expect((await fetch(`${nginx.url}${path}`)).status).toBe(404);
    expect((await fetch(`${nginx.url}/health/ready`)).status).toBe(200);
  });

  // Nginx sends nothing more to a node that has failed, and takes an answer that comes while it still sends for a failure where the connection is closed behind it.
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
  ])('takes no node away from others because somebody sends %s', async (_, status, head) => {
    const body = 'x'.repeat(2_000_000);
    for (let n = 0; n < 6; n += 1) {
      const socket = connect(nginx.port, '127.0.0.1');
      const answer = text(socket);
      socket.write(`${head}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      expect(await answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
    expect(await readFile(join(nginx.folder, 'output'), 'utf8')).not.toContain('upstream');
  });

  it('loses nothing and tells nothing twice while one node is killed and another stops, of which no client sees an error', async () => {
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
    // Of what was under way nobody knows what has become of it; nothing else was refused.
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

/** Comes back with its positions, as often as it takes, until it has heard the last words. */
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
