import { describe, expect, it } from 'vitest';
import { closes } from '../../gateway/close-codes.ts';
import { post, subscribeOverHttp } from '../gateway/http.ts';
import { MeDocument, RefreshTokenDocument, SessionsDocument, SignInDocument, SignOutDocument } from '../support/generated/graphql.ts';
import { inWords } from '../support/listening.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, password, type World, world } from '../support/world.ts';

function refresh(chat: World, refreshToken: string) {
  return chat.ask(RefreshTokenDocument, { input: { refreshToken } }).then(({ refreshToken: payload }) => payload);
}

async function sessionsOf(chat: World, person: Person) {
  return given((await chat.ask(SessionsDocument, {}, person)).viewer, []).sessions;
}

async function currentSession(chat: World, person: Person): Promise<string> {
  const found = (await sessionsOf(chat, person)).find(({ viewerIsCurrent }) => viewerIsCurrent);
  return given(found, []).id;
}

/** Whether a token is valid, observed by a request with it. */
async function isSignedIn(chat: World, person: Pick<Person, 'token'>): Promise<boolean> {
  const answer = await chat.post(MeDocument, {}, person);
  if (answer.errors !== undefined) expect(refusals(answer.errors)).toEqual(['UNAUTHENTICATED']);
  return answer.errors === undefined;
}

const someId = Buffer.from('User:1').toString('base64url');
const signedInOnly = {
  node: `{ node(id: "${someId}") { id } }`,
  nodes: `{ nodes(ids: ["${someId}"]) { id } }`,
  user: '{ user(handle: "ann") { id } }',
  users: '{ users(search: "ann") { edges { node { id } } } }',
  conversation: `{ conversation(id: "${someId}") { id } }`,
  signOut: 'mutation { signOut(input: {}) { sessionId } }',
  updateProfile: 'mutation { updateProfile(input: { bio: "x" }) { user { id } } }',
  openDirectConversation: `mutation { openDirectConversation(input: { userId: "${someId}" }) { errors { code } } }`,
  createGroup: 'mutation { createGroup(input: { name: "x" }) { errors { code } } }',
  addMembers: `mutation { addMembers(input: { groupId: "${someId}", userIds: [] }) { errors { code } } }`,
  removeMember: `mutation { removeMember(input: { groupId: "${someId}", userId: "${someId}" }) { errors { code } } }`,
  leaveGroup: `mutation { leaveGroup(input: { groupId: "${someId}" }) { errors { code } } }`,
  sendMessage: `mutation { sendMessage(input: { conversationId: "${someId}", clientMessageId: "x", text: "x" }) { errors { code } } }`,
  markDelivered: `mutation { markDelivered(input: { conversationId: "${someId}", seq: 1 }) { errors { code } } }`,
  markRead: `mutation { markRead(input: { conversationId: "${someId}", seq: 1 }) { errors { code } } }`,
};

describe('without a token', () => {
  const chat = world();

  it('the viewer is null, which is no error', async () => {
    expect(await chat.ask(MeDocument, {})).toEqual({ viewer: null });
  });

  it.each(Object.entries(signedInOnly))('%s is refused', async (_name, document) => {
    expect(refusals((await post(chat.url, document)).errors)).toEqual(['UNAUTHENTICATED']);
  });

  it('a socket is accepted, but subscriptions on it are refused with an error that says where the token belongs', async () => {
    const refusal = { extensions: { code: 'UNAUTHENTICATED' }, message: expect.stringContaining('in the payload of connection_init') };
    for (const events of [chat.listen(null), chat.listenTo(null, someId)]) {
      expect((await events.end()).ending).toMatchObject({ how: 'errors', errors: [refusal] });
    }
  });
});

describe('an invalid token', () => {
  const chat = world();

  it.each([
    ['of another scheme', 'Basic YW5uOnNlY3JldA=='],
    ['missing behind Bearer', 'Bearer'],
    ['that is no JWT', 'Bearer abc'],
    ['that is signed by nobody', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXhwIjo5OTk5OTk5OTk5fQ.'],
  ])('%s is refused for every operation, also for those that need no token', async (_name, authorization) => {
    const { data, errors } = await post(chat.url, '{ viewer { user { id } } }', { authorization });
    expect(refusals(errors)).toEqual(['UNAUTHENTICATED']);
    expect(data ?? null).toBeNull();
    const strict = await post(chat.url, '{ viewer { user { id } } }', { authorization, accept: 'application/graphql-response+json' });
    expect(strict.status).toBe(401);
  });

  it('is refused if a single letter was changed', async () => {
    const [ann] = await chat.people('ann');
    const [head = '', body = '', signature = ''] = ann.token.split('.');
    const forged = [head, body, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.');
    expect(await isSignedIn(chat, { token: forged })).toBe(false);
  });

  it('does not stop a sign-in or a refresh', async () => {
    const [ann] = await chat.people('ann');
    const input = { handle: ann.handle, password };
    const { signIn } = await chat.ask(SignInDocument, { input }, { token: 'abc' });
    expect(refusals(signIn.errors)).toEqual([]);
    const payload = await chat.ask(RefreshTokenDocument, { input: { refreshToken: ann.refreshToken } }, { token: 'abc' });
    expect(refusals(payload.refreshToken.errors)).toEqual([]);
  });

  it('is refused if it is a refresh token', async () => {
    const [ann] = await chat.people('ann');
    expect(await isSignedIn(chat, { token: ann.refreshToken })).toBe(false);
  });

  it('closes a socket with 4403, so that clients reconnect with a fresh one', async () => {
    const events = chat.listen({ token: 'abc' });
    expect((await events.end()).ending).toMatchObject({ how: 'closed', code: 4403 });
  });
});

describe('a session', () => {
  const chat = world();

  it('is listed with its device, newest first, and the viewer sees which is the current one', async () => {
    const [phone] = await chat.people('ann');
    const desk = await chat.anotherDevice(phone, 'desk');
    const sessions = await sessionsOf(chat, phone);
    expect(sessions.map(({ deviceName, viewerIsCurrent }) => [deviceName, viewerIsCurrent])).toEqual([
      ['desk', false],
      ['unknown device', true],
    ]);
    expect(new Set((await sessionsOf(chat, desk)).map(({ id }) => id))).toEqual(new Set(sessions.map(({ id }) => id)));
    for (const { createdAt, lastSeenAt } of sessions) expect(Date.parse(lastSeenAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
  });

  it('is an event for every device when it begins and when it ends', async () => {
    const [phone] = await chat.people('ann');
    const events = chat.listen(phone);
    await events.ready();
    const desk = await chat.anotherDevice(phone, 'desk');
    expect((await events.nextOf('ViewerChanged')).viewer?.sessions.map(({ deviceName }) => deviceName)).toEqual(['desk', 'unknown device']);
    await chat.ask(SignOutDocument, { input: {} }, desk);
    expect((await events.nextOf('ViewerChanged')).viewer?.sessions.map(({ deviceName }) => deviceName)).toEqual(['unknown device']);
  });
});

describe('a refresh token', () => {
  const chat = world();

  it('returns the next pair of tokens, and the session continues', async () => {
    const [ann] = await chat.people('ann');
    const session = await currentSession(chat, ann);
    const next = await refresh(chat, ann.refreshToken);
    expect(next.errors).toEqual([]);
    expect(next.viewer?.user.id).toBe(ann.id);
    expect(next.refreshToken).not.toBe(ann.refreshToken);
    const renewed = { ...ann, token: given(next.accessToken, next.errors) };
    expect(await currentSession(chat, renewed)).toBe(session);
    // The first access token is valid until it expires.
    expect(await isSignedIn(chat, ann)).toBe(true);
  });

  it('returns the same successor to concurrent uses, and again shortly after', async () => {
    const [ann] = await chat.people('ann');
    const answers = await Promise.all([1, 2, 3].map(() => refresh(chat, ann.refreshToken)));
    const again = await refresh(chat, ann.refreshToken);
    expect(new Set([...answers, again].map(({ refreshToken }) => refreshToken)).size).toBe(1);
    expect([...answers, again].flatMap(({ errors }) => errors)).toEqual([]);
  });

  it('that was replaced twice ends the session: its tokens are refused and its sockets closed', async () => {
    const [ann] = await chat.people('ann');
    const events = chat.listen(ann);
    await events.ready();
    const second = await refresh(chat, ann.refreshToken);
    const third = await refresh(chat, given(second.refreshToken, second.errors));
    const stolen = await refresh(chat, ann.refreshToken);
    expect(refusals(stolen.errors)).toEqual(['INVALID_CREDENTIALS']);
    expect(stolen).toMatchObject({ viewer: null, accessToken: null, refreshToken: null });
    expect((await events.end()).ending).toMatchObject({ how: 'closed', code: 4401 });
    expect(await isSignedIn(chat, { token: given(third.accessToken, []) })).toBe(false);
    expect(refusals((await refresh(chat, given(third.refreshToken, []))).errors)).toEqual(['INVALID_CREDENTIALS']);
  });

  it.each(['', 'abc', 'k1.AAAAAAAAAAAAAAAAAAAAAA.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'])('%j is refused', async (token) => {
    expect(refusals((await refresh(chat, token)).errors)).toEqual(['INVALID_CREDENTIALS']);
  });
});

describe('signing out', () => {
  const chat = world();

  it('ends the current session: its tokens are refused, its sockets close with 4401, and other devices stay', async () => {
    const [phone] = await chat.people('ann');
    const desk = await chat.anotherDevice(phone);
    const [onPhone, onDesk] = [chat.listen(phone), chat.listen(desk)];
    await Promise.all([onPhone.ready(), onDesk.ready()]);
    const id = await currentSession(chat, phone);
    const { signOut } = await chat.ask(SignOutDocument, { input: { sessionId: null } }, phone);
    expect(signOut).toEqual({ sessionId: id, errors: [] });
    const { events, ending } = await onPhone.end();
    expect(ending).toEqual({ how: 'closed', code: closes.signedOut.code, reason: closes.signedOut.reason });
    // It gets at most the event of its own end.
    expect(events.filter(({ __typename }) => __typename !== 'ViewerChanged')).toEqual([]);
    expect(await isSignedIn(chat, phone)).toBe(false);
    expect(refusals((await refresh(chat, phone.refreshToken)).errors)).toEqual(['INVALID_CREDENTIALS']);
    expect(inWords(await onDesk.next())).toMatch(/^ViewerChanged/);
    expect(await isSignedIn(chat, desk)).toBe(true);
  });

  it('of another device closes that device’s sockets, and repeating it has no effect', async () => {
    const [phone] = await chat.people('ann');
    const desk = await chat.anotherDevice(phone);
    const onDesk = chat.listen(desk);
    await onDesk.ready();
    const sessionId = await currentSession(chat, desk);
    for (let n = 0; n < 2; n += 1) {
      const { signOut } = await chat.ask(SignOutDocument, { input: { sessionId } }, phone);
      expect(signOut).toEqual({ sessionId, errors: [] });
    }
    expect((await onDesk.end()).ending).toMatchObject({ how: 'closed', code: 4401 });
    expect(await isSignedIn(chat, desk)).toBe(false);
    expect(await isSignedIn(chat, phone)).toBe(true);
  });

  it('answers for a session of another user as for one that does not exist', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const nobodys = Buffer.from('Session:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b').toString('base64url');
    const answers = await Promise.all(
      [await currentSession(chat, ben), nobodys].map((sessionId) => chat.ask(SignOutDocument, { input: { sessionId } }, ann)),
    );
    expect(refusals(answers[0]?.signOut.errors)).toEqual(['NOT_FOUND input.sessionId']);
    expect(answers[1]).toEqual(answers[0]);
    expect(await isSignedIn(chat, ben)).toBe(true);
  });

  it('refuses an id that is malformed or of something else', async () => {
    const [ann] = await chat.people('ann');
    for (const sessionId of ['x', ann.id, '']) {
      const { signOut } = await chat.ask(SignOutDocument, { input: { sessionId } }, ann);
      expect(refusals(signOut.errors)).toEqual(['INVALID_INPUT input.sessionId']);
    }
  });

  it('ends a subscription over HTTP too, with an error', async () => {
    const [ann] = await chat.people('ann');
    const events = await subscribeOverHttp(chat.url, 'subscription { events { __typename } }', { authorization: `Bearer ${ann.token}` });
    expect(await events.next()).toEqual({ data: { events: { __typename: 'StreamReady' } } });
    await chat.ask(SignOutDocument, { input: {} }, ann);
    const results: unknown[] = [];
    for (let result = await events.next(); result !== null; result = await events.next()) results.push(result);
    expect(results.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

describe('when the access token expires', () => {
  // The shortest time that can be configured.
  const chat = world({ ACCESS_TOKEN_SECONDS: '5' });

  it('sockets close with 4403, subscriptions over HTTP end with an error, and after a refresh the client resumes from its positions', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const after = await chat.positions(ann);
    const onSocket = chat.listen(ann);
    const overHttp = await subscribeOverHttp(chat.url, 'subscription { events { __typename } }', { authorization: `Bearer ${ann.token}` });
    await Promise.all([onSocket.ready(), overHttp.next()]);
    const { ending } = await onSocket.end();
    expect(ending).toEqual({ how: 'closed', code: closes.tokenExpired.code, reason: closes.tokenExpired.reason });
    expect(await overHttp.next()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await overHttp.next()).toBeNull();
    expect(await isSignedIn(chat, ann)).toBe(false);
    expect((await chat.listen(ann).end()).ending).toMatchObject({ how: 'closed', code: 4403 });

    const next = await refresh(chat, ann.refreshToken);
    const renewed = { ...ann, token: given(next.accessToken, next.errors) };
    await chat.say(await chat.anotherDevice(ben), group, 'meanwhile');
    const resumed = chat.listen(renewed, after);
    expect((await resumed.ready()).map(inWords)).toEqual(['MessageSent 3 meanwhile', 'StreamReady']);
  });
});
