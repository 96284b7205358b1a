import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { backend, backendTokenOf } from '../support/issuer.ts';
import { world } from '../support/world.ts';
import { follow, socketTo } from './follower.ts';
import { actIn, askWho, pagesOf, storageOf, tokensOf } from './session-page.ts';

const chat = world({ ...backend, ACCESS_TOKEN_SECONDS: '60' });
const page = pagesOf(() => `${chat.url}/graphql`);

function whoIs(fetchBy: typeof fetch): Promise<string | null> {
  return askWho(fetchBy, `${chat.url}/graphql`);
}

/** A fetch whose responses to refreshes wait until they are let through. */
function withheld() {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  return {
    async fetch(input: string | URL | Request, init?: RequestInit) {
      const response = await fetch(input, init);
      if (actIn(init) !== 'refreshToken') return response;
      asked.resolve();
      await gate.promise;
      return response;
    },
    asked: asked.promise,
    letThrough: gate.resolve,
  };
}

function withoutLocks(): void {
  vi.stubGlobal('navigator', {});
  onTestFinished(() => void vi.unstubAllGlobals());
}

describe('a session whose refresh is answered late', () => {
  it.each(['signed out', 'signed in as somebody else'])('ignores the late tokens after it has %s', async (meanwhile) => {
    withoutLocks();
    const [ann, ben] = await chat.people('ann', 'ben');
    const { fetch: slow, asked, letThrough } = withheld();
    const { session } = page({ fetch: slow });
    await session.begin(tokensOf(ann));
    const refreshed = session.refresh();
    await asked;
    const changed = meanwhile === 'signed out' ? session.signOut() : session.begin(tokensOf(ben));
    letThrough();
    await Promise.all([refreshed.catch(() => false), changed]);
    expect(await whoIs(session.fetch)).toBe(meanwhile === 'signed out' ? null : ben.handle);
  });

  it('does not send a request that waits for it as the next user', async () => {
    withoutLocks();
    const [ann, ben] = await chat.people('ann', 'ben');
    const { fetch: slow, asked, letThrough } = withheld();
    const { session, later } = page({ fetch: slow });
    await session.begin(tokensOf(ann));
    later(50_000);
    const who = whoIs(session.fetch);
    await asked;
    const changed = session.begin(tokensOf(ben));
    letThrough();
    expect([ann.handle, null]).toContain(await who);
    await changed;
    expect(await whoIs(session.fetch)).toBe(ben.handle);
  });

  it('is not waited for by a sign-out, which then ends the session on the server too', async () => {
    const [ann] = await chat.people('ann');
    const storage = storageOf();
    const { fetch: slow, asked, letThrough } = withheld();
    const { session, changes, later } = page({ storage, fetch: slow });
    await session.begin(tokensOf(ann));
    later(50_000);
    const left = session.signOut();
    await asked;
    expect([changes, storage.kept.size, await session.token()]).toEqual([['signed in', null], 0, null]);
    letThrough();
    await left;
    const { session: copy } = page();
    await copy.begin(tokensOf(ann));
    expect(await copy.refresh()).toBe(false);
  });

  it('is given up by a sign-out, which then ends the session on the server too', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const storage = storageOf();
    const silent = Promise.withResolvers<void>();
    const { session, asked, changes, later } = page({
      storage,
      async fetch(input, init) {
        const response = await fetch(input, init);
        if (asked.length > 1) return response;
        silent.resolve();
        return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
      },
    });
    await session.begin(tokensOf(ann));
    later(50_000);
    const token = session.token();
    await silent.promise;
    const left = session.signOut();
    await expect(token).rejects.toThrow('signed out');
    await left;
    expect([changes, storage.kept.size, asked]).toEqual([['signed in', null], 0, ['refreshToken', 'refreshToken', 'signOut']]);
    const { session: copy } = page();
    await copy.begin(tokensOf(ann));
    expect(await copy.refresh()).toBe(false);
    await session.begin(tokensOf(ben));
    expect(await session.refresh()).toBe(true);
  });

  it('does not repeat it if the page slept meanwhile, because other tabs may have newer tokens', async () => {
    withoutLocks();
    const [ann] = await chat.people('ann');
    const storage = storageOf();
    const awake = page({ storage });
    let times = 0;
    const asleep = page({
      storage,
      async fetch(input, init) {
        const response = await fetch(input, init);
        if (actIn(init) === 'refreshToken') times += 1;
        if (actIn(init) !== 'refreshToken' || times > 1) return response;
        for (const _ of [1, 2, 3]) expect(await awake.session.refresh()).toBe(true);
        asleep.later(3_600_000);
        throw new TypeError('The network connection was lost');
      },
    });
    await asleep.session.begin(tokensOf(ann));
    await expect(asleep.session.refresh()).rejects.toThrow('lost');
    expect(asleep.asked).toEqual(['refreshToken']);
    asleep.later(-3_600_000);
    expect(await asleep.session.refresh()).toBe(true);
    for (const { session } of [asleep, awake]) expect(await whoIs(session.fetch)).toBe(ann.handle);
  });

  it('keeps newer tokens that another tab has got meanwhile', async () => {
    withoutLocks();
    const [ann] = await chat.people('ann');
    const storage = storageOf();
    const { fetch: slow, asked, letThrough } = withheld();
    const [asleep, awake] = [page({ storage, fetch: slow }), page({ storage })];
    await asleep.session.begin(tokensOf(ann));
    const refreshed = asleep.session.refresh();
    await asked;
    for (const _ of [1, 2, 3]) expect(await awake.session.refresh()).toBe(true);
    const newest = storage.kept.get('mpim session');
    letThrough();
    expect(await refreshed).toBe(true);
    expect(storage.kept.get('mpim session')).toBe(newest);
    expect(await asleep.session.token()).toBe(await awake.session.token());
  });

  it('repeats a refresh whose response is lost, while the server accepts the same token again', async () => {
    const [ann] = await chat.people('ann');
    const lost = Promise.withResolvers<() => void>();
    let times = 0;
    const { session } = page({
      clock: {
        now: () => Date.now(),
        after(ms, work) {
          if (ms === 10_000 && times === 0) lost.resolve(work);
          return () => undefined;
        },
      },
      async fetch(input, init) {
        const response = await fetch(input, init);
        if (actIn(init) === 'refreshToken') times += 1;
        if (times !== 1) return response;
        (await lost.promise)();
        throw init?.signal?.reason;
      },
    });
    withoutLocks();
    await session.begin(tokensOf(ann));
    expect(await session.refresh()).toBe(true);
    expect([times, await whoIs(session.fetch)]).toEqual([2, ann.handle]);
  });
});

it('a session repeats a refresh for which a proxy answered, as when a node dies with the answer', async () => {
  const [ann] = await chat.people('ann');
  let times = 0;
  const { session, asked } = page({
    async fetch(input, init) {
      const response = await fetch(input, init);
      times += 1;
      return times === 1 ? new Response('<h1>Bad Gateway</h1>', { status: 502 }) : response;
    },
  });
  await session.begin(tokensOf(ann));
  expect(await session.refresh()).toBe(true);
  expect(asked).toEqual(['refreshToken', 'refreshToken']);
  expect(await whoIs(session.fetch)).toBe(ann.handle);
});

describe('session.fetch', () => {
  it('does not repeat one user’s request as another user', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const { session } = page({
      async fetch(input, init) {
        const response = await fetch(input, init);
        if (actIn(init) === 'else') await session.begin(tokensOf(ben));
        return response;
      },
    });
    await session.begin({ ...tokensOf(ann), accessToken: `${ann.token}x` });
    expect(await whoIs(session.fetch)).toBe('refused');
    expect(await session.token()).toBe(ben.token);
  });

  it('does not send the token to other origins', async () => {
    const [ann] = await chat.people('ann');
    const seen: unknown[] = [];
    const { session } = page({
      async fetch(input, init) {
        seen.push(new Headers(init?.headers ?? (input instanceof Request ? input.headers : {})).get('authorization'));
        return new Response('{}');
      },
    });
    await session.begin(tokensOf(ann));
    const places = ['https://files.example.org/a.png', chat.url.replace('http:', 'https:'), chat.url.replace(/\d+$/, '1')];
    for (const input of places.flatMap((place) => [place, new URL(place), new Request(place)])) await session.fetch(input);
    expect(new Set(seen)).toEqual(new Set([null]));
    await session.fetch(new URL('/exports/1', chat.url));
    expect(seen.at(-1)).toBe(`Bearer ${ann.token}`);
  });

  it.each(['', 'null', '<html>'])('passes a response on that claims to be JSON and is not: %j', async (text) => {
    const [ann] = await chat.people('ann');
    const { session } = page({
      fetch: async () => new Response(text, { status: 502, headers: { 'content-type': 'application/json' } }),
    });
    await session.begin(tokensOf(ann));
    const response = await session.fetch(`${chat.url}/graphql`);
    expect([response.status, await response.text()]).toEqual([502, text]);
  });

  it('passes a refusal on if the body of the request can be sent only once', async () => {
    const [ann] = await chat.people('ann');
    const { session } = page();
    await session.begin({ ...tokensOf(ann), accessToken: `${ann.token}x` });
    const { status } = await session.fetch(`${chat.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: new Blob([JSON.stringify({ query: '{ viewer { user { handle } } }' })]).stream(),
      ...{ duplex: 'half' },
    });
    expect(status).toBe(401);
  });
});

describe('a page', () => {
  it('stays signed in if its storage accepts nothing', async () => {
    const [ann] = await chat.people('ann');
    const { session, later, changes } = page({
      storage: {
        ...storageOf(),
        setItem() {
          throw new Error('full');
        },
      },
    });
    await session.begin(tokensOf(ann));
    for (const _ of [1, 2]) {
      later(50_000);
      expect(await whoIs(session.fetch)).toBe(ann.handle);
    }
    expect(changes).toEqual(['signed in']);
  });

  it('is signed out if its storage fails, here and on the server', async () => {
    const [ann] = await chat.people('ann');
    const storage = storageOf();
    const { session, asked, changes } = page({
      storage: {
        ...storage,
        removeItem() {
          throw new Error('locked');
        },
      },
    });
    await session.begin(tokensOf(ann));
    const { signal } = session;
    await expect(session.signOut()).rejects.toThrow('locked');
    expect([signal.aborted, await session.token(), asked, changes]).toEqual([true, null, ['signOut'], ['signed in', null]]);
    expect(
      await askWho(
        (input, init) => fetch(input, { ...init, headers: { ...init?.headers, authorization: `Bearer ${ann.token}` } }),
        `${chat.url}/graphql`,
      ),
    ).toBe('refused');
  });

  it('signs out its own user only, not one that another tab has signed in', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const storage = storageOf();
    const [here, there] = [page({ storage }), page({ storage })];
    await here.session.begin(tokensOf(ann));
    await there.session.begin(tokensOf(ben));
    for (const _ of [1, 2]) await here.session.signOut();
    expect(await here.session.token()).toBeNull();
    expect(await whoIs(page({ storage }).session.fetch)).toBe(ben.handle);
    expect(here.asked).toEqual(['signOut']);
  });

  it('works with a fetch whose responses have no stream', async () => {
    const [ann] = await chat.people('ann');
    const { session, later, asked } = page({
      fetch: async (input, init) => Object.defineProperty(await fetch(input, init), 'body', { value: undefined }),
    });
    await session.begin(tokensOf(ann));
    later(50_000);
    expect([await session.token(), asked]).toEqual([expect.any(String), ['refreshToken']]);
  });
});

describe('with an identity provider', () => {
  function account(sub: string = randomUUID()) {
    return { identityToken: () => backendTokenOf({ sub }), viewer: async () => (await signedIn(sub)).viewer };
  }

  async function signedIn(sub: string) {
    return chat.node.chat.users.signInWithToken({ token: await backendTokenOf({ sub }), address: '10.0.0.1' });
  }

  it('a follower over a socket continues in the next session when one has ended', async () => {
    const { identityToken, viewer } = account();
    const { session, changes } = page({ identityToken });
    const { subscribe } = socketTo(chat.url, session.token);
    const { statuses } = follow({ subscribe, refresh: session.refresh });
    const live = () => statuses.filter(({ state }) => state === 'live').length;
    await expect.poll(live).toBe(1);
    await chat.node.chat.users.signOutOthers(await viewer(), {});
    await expect.poll(live).toBe(2);
    expect(changes).toEqual(['signed in', 'INVALID_CREDENTIALS', 'signed in']);
  });

  it('all tabs share one session, and share the next one when it has ended', async () => {
    const storage = storageOf();
    const { identityToken, viewer } = account();
    const [one, other] = [page({ storage, identityToken }), page({ storage, identityToken })];
    const handle = await whoIs(one.session.fetch);
    expect(await whoIs(other.session.fetch)).toBe(handle);
    await chat.node.chat.users.signOutOthers(await viewer(), {});
    for (const _ of [1, 2]) for (const { session } of [one, other, one]) expect(await whoIs(session.fetch)).toBe(handle);
    expect([...one.asked, ...other.asked].filter((act) => act === 'signInWithToken')).toHaveLength(2);
    expect(other.changes).toEqual(['signed in']);
  });

  it('a tab without a session uses the one that another tab has begun', async () => {
    const storage = storageOf();
    let token: string | null = null;
    const identityToken = async () => token;
    const [one, other] = [page({ storage, identityToken }), page({ storage, identityToken })];
    expect([await one.session.token(), await other.session.token()]).toEqual([null, null]);
    token = await backendTokenOf({ sub: randomUUID() });
    expect(await one.session.token()).toBe(await other.session.token());
    expect(await one.session.token()).not.toBeNull();
  });

  it('no tab begins a new session after one has signed out', async () => {
    const storage = storageOf();
    const { identityToken } = account();
    const [one, other] = [page({ storage, identityToken }), page({ storage, identityToken })];
    expect(await one.session.token()).toBe(await other.session.token());
    await one.session.signOut();
    expect(await whoIs(other.session.fetch)).toBe('refused');
    expect([await other.session.token(), await one.session.token(), storage.kept.size]).toEqual([null, null, 0]);
  });

  it('a page that signs out before its first request does not sign in for it', async () => {
    const { session, asked } = page(account());
    await session.signOut();
    expect([await session.token(), asked]).toEqual([null, []]);
  });

  it('a page that signs out while the provider is asked does not wait for it', async () => {
    const consulted = Promise.withResolvers<void>();
    const { session, asked, changes } = page({
      identityToken() {
        consulted.resolve();
        return new Promise<never>(() => undefined);
      },
    });
    const token = session.token();
    await consulted.promise;
    await Promise.all([session.signOut(), expect(token).rejects.toThrow('signed out')]);
    expect([await session.token(), asked, changes]).toEqual([null, [], []]);
  });

  it('a page does not switch to another user of the provider until begin() is called', async () => {
    const [sub, another] = [randomUUID(), randomUUID()];
    let current = sub;
    const { session, changes } = page({ identityToken: () => backendTokenOf({ sub: current }) });
    const handle = await whoIs(session.fetch);
    current = another;
    await chat.node.chat.users.signOutOthers((await signedIn(sub)).viewer, {});
    expect([await whoIs(session.fetch), await session.token()]).toEqual(['refused', null]);
    expect(changes).toEqual(['signed in', 'INVALID_CREDENTIALS']);
    await session.begin();
    expect([null, 'refused', handle]).not.toContain(await whoIs(session.fetch));
  });

  it('a session continues if the provider has no user when begin() is called', async () => {
    let token: string | null = await backendTokenOf({ sub: randomUUID() });
    const { session, asked } = page({ identityToken: async () => token });
    const held = await session.token();
    token = null;
    await session.begin();
    expect([await session.token(), asked]).toEqual([held, ['signInWithToken']]);
  });

  it('a session that has ended is not taken up again while the provider cannot be reached', async () => {
    const { identityToken, viewer } = account();
    let isReached = true;
    const { session, asked, changes } = page({
      identityToken: () => (isReached ? identityToken() : Promise.reject(new Error('no provider'))),
    });
    const handle = await whoIs(session.fetch);
    await chat.node.chat.users.signOutOthers(await viewer(), {});
    isReached = false;
    for (const _ of [1, 2, 3]) await expect(whoIs(session.fetch)).rejects.toThrow('no provider');
    expect(changes).toEqual(['signed in', 'INVALID_CREDENTIALS']);
    isReached = true;
    expect(await whoIs(session.fetch)).toBe(handle);
    expect(asked.filter((act) => act !== 'else')).toEqual(['signInWithToken', 'refreshToken', 'signInWithToken']);
  });

  it('no tab begins a new session after one has signed out a user whose session had ended', async () => {
    const storage = storageOf();
    const { identityToken, viewer } = account();
    let isReached = true;
    const unsteady = () => (isReached ? identityToken() : Promise.reject(new Error('no provider')));
    const [one, other] = [page({ storage, identityToken: unsteady }), page({ storage, identityToken })];
    expect(await one.session.token()).toBe(await other.session.token());
    await chat.node.chat.users.signOutOthers(await viewer(), {});
    isReached = false;
    await expect(whoIs(one.session.fetch)).rejects.toThrow('no provider');
    await one.session.signOut();
    expect([await whoIs(other.session.fetch), await other.session.token(), storage.kept.size]).toEqual(['refused', null, 0]);
  });

  it('a refusal is reported, also the first time', async () => {
    const { session, changes } = page({ identityToken: async () => 'expired' });
    expect(await session.token()).toBeNull();
    expect(changes).toEqual(['INVALID_CREDENTIALS']);
  });

  it('a provider that does not answer is waited for at most a minute, and asked again', async () => {
    const { identityToken } = account();
    let times = 0;
    const { session } = page({
      identityToken() {
        times += 1;
        return times === 1 ? new Promise<never>(() => undefined) : identityToken();
      },
      clock: {
        now: () => Date.now(),
        after(ms, work) {
          if (ms === 60_000 && times === 0) queueMicrotask(work);
          return () => undefined;
        },
      },
    });
    await expect(session.token()).rejects.toThrow('identityToken does not answer');
    expect(await session.token()).not.toBeNull();
  });
});
