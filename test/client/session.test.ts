import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { httpSubscribe } from '../../client/http.ts';
import { type Answer, createOutbox, followEvents, type Given, type Numbered, type SessionStorage } from '../../client/index.ts';
import { ResumableDocument, SignOutOthersDocument } from '../support/generated/graphql.ts';
import { backend, backendTokenOf } from '../support/issuer.ts';
import { given } from '../support/world.ts';
import { cuttableWorld } from './cuttable-world.ts';
import { askWho, pagesOf, storageOf, tokensOf } from './session-page.ts';

const chat = cuttableWorld({ ...backend, ACCESS_TOKEN_SECONDS: '60' });

const page = pagesOf(() => `${chat.link.url}/graphql`);

function whoIs(fetchBy: typeof fetch): Promise<string | null> {
  return askWho(fetchBy, `${chat.link.url}/graphql`);
}

describe('a session', () => {
  it('has no user until it begins, and then fetches as its user, on the next page too', async () => {
    const [ann] = await chat.people('ann');
    const storage = storageOf();
    const { session, asked, changes } = page({ storage });
    expect([await session.token(), await whoIs(session.fetch)]).toEqual([null, null]);
    await session.begin(tokensOf(ann));
    expect([await session.token(), await whoIs(session.fetch)]).toEqual([ann.token, ann.handle]);
    expect(await whoIs(page({ storage }).session.fetch)).toBe(ann.handle);
    expect([asked, changes]).toEqual([['else', 'else'], ['signed in']]);
  });

  it('refuses to begin without tokens', async () => {
    const { session } = page();
    await expect(session.begin({ accessToken: null, accessTokenExpiresAt: null, refreshToken: null })).rejects.toThrow(TypeError);
    const typedByRelay: { readonly [K in keyof Given]: string | null | undefined } = {
      ...{ accessToken: null, accessTokenExpiresAt: null },
      refreshToken: undefined,
    };
    await expect(session.begin(typedByRelay)).rejects.toThrow(TypeError);
    await expect(session.begin()).rejects.toThrow(TypeError);
    expect(await session.token()).toBeNull();
  });

  it('refreshes before a token expires, once for all that need it, on all pages', async () => {
    const [ann] = await chat.people('ann');
    const storage = storageOf();
    const [one, other] = [page({ storage }), page({ storage })];
    await one.session.begin(tokensOf(ann));
    expect(await other.session.token()).toBe(ann.token);
    for (const { later } of [one, other]) later(44_000);
    expect(await one.session.token()).toBe(ann.token);
    for (const { later } of [one, other]) later(1_000);
    const tokens = await Promise.all([one, other, one, other, one].map(({ session }) => session.token()));
    expect(new Set(tokens).size).toBe(1);
    expect([...one.asked, ...other.asked]).toEqual(['refreshToken']);
    expect(await whoIs(other.session.fetch)).toBe(ann.handle);
  });

  it('works with a wrong device clock', async () => {
    const [ann] = await chat.people('ann');
    for (const wrong of [-86_400_000, 86_400_000]) {
      const { session, asked, later } = page();
      later(wrong);
      await session.begin(tokensOf(ann));
      expect([await session.token(), asked]).toEqual([ann.token, []]);
    }
  });

  it('repeats a request once with a new token if the server refuses the current one', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const storage = storageOf();
    const { session, asked, changes } = page({ storage });
    // As far as the page knows, the token is still valid.
    await session.begin({ ...tokensOf(ann), accessToken: `${ann.token}x` });
    expect(await Promise.all([whoIs(session.fetch), whoIs(session.fetch)])).toEqual([ann.handle, ann.handle]);
    expect(asked.toSorted()).toEqual(['else', 'else', 'else', 'else', 'refreshToken']);
    const request = new Request(`${chat.link.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'mine' },
      body: JSON.stringify({ query: '{ viewer { user { handle } } }' }),
    });
    await session.begin({ ...tokensOf(ben), accessToken: 'nonsense' });
    const response = await session.fetch(request);
    expect(await response.json()).toEqual({ data: { viewer: { user: { handle: ben.handle } } } });
    expect(response.headers.get('x-request-id')).toBe('mine');
    expect(changes).toEqual(['signed in', null, 'signed in']);
  });

  it('ends when the server refuses its refresh token, and has no user then', async () => {
    const [ann] = await chat.people('ann');
    const phone = await chat.anotherDevice(ann);
    const storage = storageOf();
    const { session, changes } = page({ storage });
    await session.begin(tokensOf(phone));
    await chat.ask(SignOutOthersDocument, { input: {} }, ann);
    expect(await whoIs(session.fetch)).toBe('refused');
    expect([await session.token(), await session.refresh(), storage.kept.size]).toEqual([null, false, 0]);
    expect(changes).toEqual(['signed in', 'INVALID_CREDENTIALS']);
  });

  it('that ends in one tab ends in the others, which do not take over another user’s session', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const storage = storageOf();
    const [here, there] = [page({ storage }), page({ storage })];
    await here.session.begin(tokensOf(ann));
    await there.session.token();
    await there.session.signOut();
    expect(there.asked).toEqual(['signOut']);
    await there.session.begin(tokensOf(ben));
    expect([await whoIs(here.session.fetch), await whoIs(there.session.fetch)]).toEqual(['refused', ben.handle]);
    expect(await here.session.token()).toBeNull();
    expect(here.changes).toEqual(['signed in', null]);
    expect(await whoIs(page({ storage }).session.fetch)).toBe(ben.handle);
  });

  it('has a signal for what belongs to its user: a message that still waits is not sent as the next user’s', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const { session } = page();
    const unowned = session.signal;
    await session.begin(tokensOf(ann));
    expect([session.signal === unowned, unowned.aborted]).toEqual([true, false]);
    const senders: (string | null)[] = [];
    const woken = new Set<() => void>();
    const outbox = createOutbox({
      async send(_: Numbered): Promise<Answer> {
        senders.push(await session.token());
        throw new TypeError('fetch failed');
      },
      wake: (wakeUp) => {
        woken.add(wakeUp);
        return () => void woken.delete(wakeUp);
      },
      signal: session.signal,
      // Its time never comes: nothing is sent again until the session has begun for the other.
      clock: { now: () => 0, after: () => () => undefined },
    });
    const answer = outbox.send({ conversationId: 'any' });
    await expect.poll(() => woken.size).toBe(1);
    await session.begin(tokensOf(ben));
    await expect(answer).rejects.toThrow('stopped');
    expect([unowned.aborted, session.signal.aborted, senders]).toEqual([true, false, [ann.token]]);
    await expect(
      createOutbox({ send: () => Promise.reject(new TypeError('fetch failed')), signal: unowned }).send({ conversationId: 'any' }),
    ).rejects.toThrow('stopped');
  });

  it('keeps its signal when it ends by itself and its user signs in again, and not when they sign out', async () => {
    const [ann] = await chat.people('ann');
    const phone = await chat.anotherDevice(ann);
    const { session } = page();
    await session.begin(tokensOf(phone));
    const { signal } = session;
    await chat.ask(SignOutOthersDocument, { input: {} }, ann);
    expect(await session.refresh()).toBe(false);
    await session.begin(tokensOf(ann));
    expect([session.signal === signal, signal.aborted]).toEqual([true, false]);
    await session.signOut();
    expect([session.signal === signal, signal.aborted, session.signal.aborted]).toEqual([false, true, false]);
  });

  it('continues after network failures, which sign nobody out', async () => {
    const [ann] = await chat.people('ann');
    const failing = { now: false, times: 0 };
    const { session, later, changes } = page({
      async fetch(input, init) {
        if (!failing.now) return fetch(input, init);
        failing.times += 1;
        throw new TypeError('fetch failed');
      },
    });
    await session.begin(tokensOf(ann));
    later(50_000);
    failing.now = true;
    await expect(session.token()).rejects.toThrow('fetch failed');
    await expect(session.refresh()).rejects.toThrow('fetch failed');
    // Concurrent calls share one attempt, and do not wait for one of their own.
    failing.times = 0;
    const asked = Array.from({ length: 5 }, () => session.token());
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(asked.map(() => 'rejected'));
    expect(failing.times).toBeLessThanOrEqual(2);
    failing.now = false;
    expect(await whoIs(session.fetch)).toBe(ann.handle);
    expect(changes).toEqual(['signed in']);
  });

  it('is stored by asynchronous storages, and removed from one that is full', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const kept = new Map<string, string>();
    const slow: SessionStorage = {
      getItem: async (key) => kept.get(key) ?? null,
      setItem: async (key, value) => void kept.set(key, value),
      removeItem: async (key) => void kept.delete(key),
    };
    await page({ storage: slow }).session.begin(tokensOf(ann));
    expect(await page({ storage: slow }).session.token()).toBe(ann.token);

    const full: SessionStorage = {
      ...slow,
      setItem() {
        throw new Error('full');
      },
    };
    const { session } = page({ storage: full });
    await session.begin(tokensOf(ben));
    expect(await session.token()).toBe(ben.token);
    expect(kept.size).toBe(0);
  });

  it.each(['not JSON', 'null', '[]', '{"accessToken":"a"}'])('has no user if what is stored cannot be read: %s', async (text) => {
    const storage = storageOf();
    storage.kept.set('mpim session', text);
    expect(await page({ storage }).session.token()).toBeNull();
  });
});

describe('tabs', () => {
  it('that refresh at the same time without locks get the same tokens', async () => {
    vi.stubGlobal('navigator', {});
    onTestFinished(() => void vi.unstubAllGlobals());
    const [ann] = await chat.people('ann');
    const storage = storageOf();
    const [one, other] = [page({ storage }), page({ storage })];
    await one.session.begin(tokensOf(ann));
    await other.session.token();
    for (const { later } of [one, other]) later(50_000);
    await Promise.all([one, other, one].map(({ session }) => session.token()));
    expect([one.asked, other.asked]).toEqual([['refreshToken'], ['refreshToken']]);
    for (const { session } of [one, other]) expect(await whoIs(session.fetch)).toBe(ann.handle);
  });

  it('that hold the lock and sleep are not waited for', async () => {
    const [ann] = await chat.people('ann');
    const { promise: asleep, resolve: wake } = Promise.withResolvers<void>();
    onTestFinished(() => wake());
    void navigator.locks.request('mpim session', () => asleep);
    const waits: number[] = [];
    const after = (ms: number, work: () => void) => {
      waits.push(ms);
      if (ms === 10_000) work();
      return () => undefined;
    };
    const { session } = page({ clock: { now: () => Date.now(), after } });
    await session.begin(tokensOf(ann));
    expect(await session.token()).toBe(ann.token);
    expect(waits).toContain(10_000);
  });
});

describe('a session with an identity provider', () => {
  it('begins by itself, once for concurrent requests, and again after it was ended', async () => {
    const sub = randomUUID();
    const { session, asked, changes } = page({ identityToken: () => backendTokenOf({ sub, preferred_username: `e.${sub.slice(0, 8)}` }) });
    const handles = await Promise.all([whoIs(session.fetch), whoIs(session.fetch)]);
    expect(handles).toEqual([`e.${sub.slice(0, 8)}`, `e.${sub.slice(0, 8)}`]);
    expect(asked.filter((name) => name !== 'else')).toEqual(['signInWithToken']);

    const { viewer } = await chat.node.chat.users.signInWithToken({ token: await backendTokenOf({ sub }), address: '10.0.0.1' });
    await chat.node.chat.users.signOutOthers(viewer, {});
    expect(await whoIs(session.fetch)).toBe(handles[0]);
    expect(asked.filter((name) => name !== 'else')).toEqual(['signInWithToken', 'refreshToken', 'signInWithToken']);
    expect(changes).toEqual(['signed in', 'INVALID_CREDENTIALS', 'signed in']);
  });

  it('does not begin again after a sign-out or a refusal until begin() is called', async () => {
    const sub = randomUUID();
    let isGood = true;
    const { session, asked } = page({ identityToken: async () => (isGood ? backendTokenOf({ sub }) : 'expired') });
    expect(await session.token()).not.toBeNull();
    await session.signOut();
    expect([await session.token(), await session.token()]).toEqual([null, null]);
    isGood = false;
    await session.begin();
    expect([await session.token(), await session.token()]).toEqual([null, null]);
    expect(asked).toEqual(['signInWithToken', 'signOut', 'signInWithToken']);
    isGood = true;
    await session.begin();
    expect(await session.token()).not.toBeNull();
  });

  it('has no user while the provider has none, and begins once it has one', async () => {
    let token: string | null = null;
    const { session, asked } = page({ identityToken: async () => token });
    expect([await session.token(), await whoIs(session.fetch)]).toEqual([null, null]);
    token = await backendTokenOf({ sub: randomUUID() });
    expect(await session.token()).not.toBeNull();
    expect(asked).toEqual(['else', 'signInWithToken']);
  });
});

it('a follower that uses a session continues until the session ends, and then ends as signed out', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const phone = await chat.anotherDevice(ben);
  const { session } = page();
  await session.begin(tokensOf(phone));
  const seen: string[] = [];
  const following = followEvents({
    document: ResumableDocument,
    subscribe: httpSubscribe({ url: `${chat.url}/graphql`, token: session.token }),
    refresh: session.refresh,
    onEvent: ({ __typename }) => void seen.push(__typename),
  });
  await expect.poll(() => seen).toContain('StreamReady');
  await chat.say(ann, await chat.direct(ann, ben), 'hello');
  await expect.poll(() => seen).toContain('MessageSent');
  given((await chat.ask(SignOutOthersDocument, { input: {} }, ben)).signOutOthers.sessionIds, []);
  expect((await following.ended).reason).toBe('signed out');
});
