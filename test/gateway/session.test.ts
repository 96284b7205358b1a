import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccessTokens } from '../../src/user/access-token.ts';
import type { SignedIn } from '../../src/user/index.ts';
import { post, subscribeOverHttp } from './http.ts';
import { type Lab, openLab } from './lab.ts';
import { openRaw, type RawSocket } from './raw-socket.ts';

let lab: Lab;
let people = 0;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

function signUp(where: Lab): Promise<SignedIn> {
  people += 1;
  return where.node.chat.users.signUp({ handle: `person${people}`, password: 'correct horse battery', address: 'test' });
}

function bearer({ accessToken }: SignedIn): { readonly authorization: string } {
  return { authorization: `Bearer ${accessToken}` };
}

describe('a token', () => {
  test('signs a request in over HTTP', async () => {
    const person = await signUp(lab);
    expect((await post(lab.node.url, '{ viewerId }', bearer(person))).data).toEqual({ viewerId: String(person.viewer.userId) });
    expect((await post(lab.node.url, '{ viewerId }')).data).toEqual({ viewerId: null });
  });

  test.each(['authorization', 'Authorization'])('signs a socket in with connection_init: %s', async (name) => {
    const person = await signUp(lab);
    const socket = await openRaw(lab.node.url);
    await socket.init({ [name]: bearer(person).authorization });
    socket.subscribe('1', '{ viewerId }');
    expect((await socket.next()).payload.data).toEqual({ viewerId: String(person.viewer.userId) });
  });

  test('is not required to open a socket, which is signed out then', async () => {
    const socket = await openRaw(lab.node.url);
    await socket.init({});
    socket.subscribe('1', '{ viewerId }');
    expect((await socket.next()).payload.data).toEqual({ viewerId: null });
  });

  test.each([
    'Bearer nonsense',
    'nonsense',
    7,
    { a: 1 },
  ])('that is not valid closes the socket with 4403, which clients retry: %j', async (authorization) => {
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'connection_init', payload: { authorization } });
    expect(await socket.closed).toMatchObject({ code: 4403, reason: expect.stringContaining('"Bearer "') });
  });

  test('of a session that has ended opens nothing', async () => {
    const person = await signUp(lab);
    await lab.node.chat.users.signOut(person.viewer, {});
    const socket = await openRaw(lab.node.url);
    socket.send({ type: 'connection_init', payload: bearer(person) });
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(await post(lab.node.url, '{ hello }', bearer(person))).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

describe('when a session ends', () => {
  test('its sockets close with 4401, at once and during a subscription, and those of others stay', async () => {
    const [ada, bob] = await Promise.all([signUp(lab), signUp(lab)]);
    const [one, two, other] = await Promise.all([openRaw(lab.node.url), openRaw(lab.node.url), openRaw(lab.node.url)]);
    await Promise.all([one.init(bearer(ada)), two.init(bearer(ada)), other.init(bearer(bob))]);
    one.subscribe('1', 'subscription { endless }');
    await one.next();
    const told = one.next();
    await lab.node.chat.users.signOut(ada.viewer, {});
    // No error comes before that: clients take an error as the end of a subscription, and would not resume it.
    await expect(told).rejects.toThrow('4401');
    expect(await one.closed).toEqual({ code: 4401, reason: 'Signed out. Sign in again' });
    expect(await two.closed).toMatchObject({ code: 4401 });
    await other.quiet();
  });

  test('a message that its socket sent before the close is ignored', async () => {
    await using own = await openLab({ LOG_LEVEL: 'debug' });
    const ada = await signUp(own);
    const socket = await openRaw(own.node.url);
    await socket.init(bearer(ada));
    socket.socket.pause();
    await own.node.chat.users.signOut(ada.viewer, {});
    await expect.poll(() => own.log.some(({ msg }) => msg === 'closing a socket')).toBe(true);
    socket.subscribe('1', '{ wait(gate: "too late") }');
    socket.socket.resume();
    expect(await socket.closed).toMatchObject({ code: 4401 });
    expect(own.gates.isReached('too late')).toBe(false);
  });

  test('another session of the same user continues', async () => {
    const ada = await signUp(lab);
    const { handle } = (await lab.node.chat.users.byIds([ada.viewer.userId]))[0] ?? { handle: '' };
    const phone = await lab.node.chat.users.signIn({ handle, password: 'correct horse battery', address: 'test' });
    const [ended, kept] = await Promise.all([openRaw(lab.node.url), openRaw(lab.node.url)]);
    await Promise.all([ended.init(bearer(ada)), kept.init(bearer(phone))]);
    await lab.node.chat.users.signOut(phone.viewer, { sessionId: ada.viewer.sessionId });
    expect(await ended.closed).toMatchObject({ code: 4401 });
    await kept.quiet();
  });

  test('its subscriptions over HTTP end with UNAUTHENTICATED', async () => {
    const ada = await signUp(lab);
    const stream = await subscribeOverHttp(lab.node.url, 'subscription { endless }', bearer(ada));
    expect(await stream.next()).toEqual({ data: { endless: 1 } });
    await lab.node.chat.users.signOut(ada.viewer, {});
    expect(await stream.next()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await stream.next()).toBeNull();
  });
});

describe('when a token expires', () => {
  test('its socket closes with 4403, its subscription over HTTP ends, and a fresh token opens the next', async () => {
    await using own = await openLab({ ACCESS_TOKEN_SECONDS: '5' });
    const ada = await signUp(own);
    const socket = await openRaw(own.node.url);
    await socket.init(bearer(ada));
    socket.subscribe('1', 'subscription { endless }');
    await socket.next();
    const stream = await subscribeOverHttp(own.node.url, 'subscription { endless }', bearer(ada));
    await stream.next();
    expect(await socket.closed).toEqual({ code: 4403, reason: 'The access token has expired. Connect again with a fresh one' });
    expect(Date.now()).toBeGreaterThanOrEqual(ada.accessTokenExpiresAt.getTime() - 50);
    expect(await stream.next()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const fresh = await own.node.chat.users.refresh({ refreshToken: ada.refreshToken });
    await (await openRaw(own.node.url)).init(bearer(fresh));
  });
});

describe('a ping with the next token', () => {
  const secret = randomBytes(32).toString('base64url');
  const later = createAccessTokens([{ id: 'k', secret }], 900);

  async function ping(socket: RawSocket, authorization: unknown): Promise<void> {
    socket.send({ type: 'ping', payload: { authorization } });
    expect((await socket.next()).type).toBe('pong');
  }

  test('keeps its socket and subscription open beyond the first token, and other pings do not', async () => {
    await using own = await openLab({ ACCESS_TOKEN_SECONDS: '5', SECRET_KEYS: `k:${secret}` });
    const [ada, bob] = [await signUp(own), await signUp(own)];
    const [renewed, left] = await Promise.all([openRaw(own.node.url), openRaw(own.node.url)]);
    for (const socket of [renewed, left]) await socket.init(bearer(ada));
    renewed.subscribe('1', 'subscription { endless }');
    await renewed.next();
    await ping(renewed, `Bearer ${(await later.sign(ada.viewer, new Date())).accessToken}`);
    // Tokens that do not fit change nothing.
    for (const wrong of [bearer(ada).authorization, (await later.sign(bob.viewer, new Date())).accessToken, 'nonsense', 7, null]) {
      await ping(left, typeof wrong === 'string' && !wrong.startsWith('Bearer') ? `Bearer ${wrong}` : wrong);
      await ping(renewed, wrong);
    }
    expect(await left.closed).toMatchObject({ code: 4403 });
    await renewed.quiet();

    await own.node.chat.users.signOut(ada.viewer, {});
    expect(await renewed.closed).toMatchObject({ code: 4401 });
  });

  test('on a socket without a session does not sign it in', async () => {
    await using own = await openLab({ SECRET_KEYS: `k:${secret}` });
    const ada = await signUp(own);
    const socket = await openRaw(own.node.url);
    await socket.init({});
    await ping(socket, bearer(ada).authorization);
    socket.subscribe('1', '{ viewerId }');
    expect((await socket.next()).payload.data).toEqual({ viewerId: null });
  });
});

test('a subscription over HTTP ends when the client disconnects', async () => {
  await using own = await openLab();
  const stream = await subscribeOverHttp(own.node.url, 'subscription { endless }');
  await stream.next();
  await stream.cancel();
  await own.gates.opened('endless returned');
});

describe('the address of a client', () => {
  test('is that of the connection', async () => {
    const { data } = await post(lab.node.url, '{ address }', { 'x-forwarded-for': '203.0.113.7' });
    expect(data).toEqual({ address: '127.0.0.1' });
  });

  test('is the last one that a trusted proxy adds, without a port', async () => {
    await using own = await openLab({ TRUST_PROXY: 'true' });
    const { data } = await post(own.node.url, '{ address }', { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' });
    expect(data).toEqual({ address: '203.0.113.7' });
    for (const [told, address] of [
      ['203.0.113.7:50234', '203.0.113.7'],
      ['[2001:db8::7]:50234', '2001:db8::7'],
      ['2001:db8::7', '2001:db8::7'],
      ['[::ffff:203.0.113.7]:50234', '203.0.113.7'],
    ] as const) {
      expect((await post(own.node.url, '{ address }', { 'x-forwarded-for': told })).data).toEqual({ address });
    }
    const socket = await openRaw(own.node.url, undefined, { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' });
    await socket.init();
    socket.subscribe('1', '{ address }');
    expect((await socket.next()).payload.data).toEqual({ address: '203.0.113.7' });
  });
});
