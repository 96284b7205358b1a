import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { backend, backendTokenOf } from '../support/issuer.ts';
import { world } from '../support/world.ts';
import { actIn, askWho, pagesOf, storageOf, tokensOf } from './session-page.ts';

const chat = world({ ...backend, ACCESS_TOKEN_SECONDS: '60' });
const page = pagesOf(() => `${chat.url}/graphql`);

function whoIs(fetchBy: typeof fetch): Promise<string | null> {
  return askWho(fetchBy, `${chat.url}/graphql`);
}

/** What is fetched, but that answers to refreshes wait until they are let through. */
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

describe('a session, where its refresh is answered late', () => {
  it.each(['signed out', 'signed in as somebody else'])('stays as it is by then: %s', async (meanwhile) => {
    withoutLocks();
    const [ann, ben] = await chat.people('ann', 'ben');
    const { fetch: slow, asked, letThrough } = withheld();
    const { session } = page({ fetch: slow });
    await session.begin(tokensOf(ann));
    const refreshed = session.refresh();
    await asked;
    const changed = meanwhile === 'signed out' ? session.signOut() : session.begin(tokensOf(ben));
    letThrough();
    await Promise.all([refreshed, changed]);
    expect(await whoIs(session.fetch)).toBe(meanwhile === 'signed out' ? null : ben.handle);
  });

  it('leaves the tokens in force that other tabs have got since', async () => {
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

  it('asks again while the server takes the same token for it', async () => {
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

describe('what is fetched', () => {
  it('as somebody is not sent again as somebody else', async () => {
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

  it('elsewhere does not bring the token along', async () => {
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

  it.each(['', 'null', '<html>'])('is handed on where it says that it is JSON and is none: %j', async (text) => {
    const [ann] = await chat.people('ann');
    const { session } = page({
      fetch: async () => new Response(text, { status: 502, headers: { 'content-type': 'application/json' } }),
    });
    await session.begin(tokensOf(ann));
    const response = await session.fetch(`${chat.url}/graphql`);
    expect([response.status, await response.text()]).toEqual([502, text]);
  });

  it('with a body that can be sent once is refused as it is', async () => {
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
  it('stays signed in where its storage takes nothing', async () => {
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

  it('signs out nobody but who is there: not whom another tab has signed in', async () => {
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

  it('needs no streams of its fetch, which not all apps have', async () => {
    const [ann] = await chat.people('ann');
    const { session, later, asked } = page({
      fetch: async (input, init) => Object.defineProperty(await fetch(input, init), 'body', { value: undefined }),
    });
    await session.begin(tokensOf(ann));
    later(50_000);
    expect([await session.token(), asked]).toEqual([expect.any(String), ['refreshToken']]);
  });
});

describe('with an account elsewhere', () => {
  function account(sub: string = randomUUID()) {
    return { identityToken: () => backendTokenOf({ sub }), viewer: async () => (await signedIn(sub)).viewer };
  }

  async function signedIn(sub: string) {
    return chat.node.chat.users.signInWithToken({ token: await backendTokenOf({ sub }), address: '10.0.0.1' });
  }

  it('all tabs go on in one session, when the first has ended too', async () => {
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

  it('a tab that had nobody takes the session that another has begun', async () => {
    const storage = storageOf();
    let token: string | null = null;
    const identityToken = async () => token;
    const [one, other] = [page({ storage, identityToken }), page({ storage, identityToken })];
    expect([await one.session.token(), await other.session.token()]).toEqual([null, null]);
    token = await backendTokenOf({ sub: randomUUID() });
    expect(await one.session.token()).toBe(await other.session.token());
    expect(await one.session.token()).not.toBeNull();
  });

  it('who signs out in one tab is signed in anew by none', async () => {
    const storage = storageOf();
    const { identityToken } = account();
    const [one, other] = [page({ storage, identityToken }), page({ storage, identityToken })];
    expect(await one.session.token()).toBe(await other.session.token());
    await one.session.signOut();
    expect(await whoIs(other.session.fetch)).toBe('refused');
    expect([await other.session.token(), await one.session.token(), storage.kept.size]).toEqual([null, null, 0]);
  });

  it('who signs out before anything was asked is not signed in for it', async () => {
    const { session, asked } = page(account());
    await session.signOut();
    expect([await session.token(), asked]).toEqual([null, []]);
  });

  it('a page does not become whoever is signed in there by then, until it is told to', async () => {
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

  it('who is signed in stays so where nobody is, there, who could begin', async () => {
    let token: string | null = await backendTokenOf({ sub: randomUUID() });
    const { session, asked } = page({ identityToken: async () => token });
    const held = await session.token();
    token = null;
    await session.begin();
    expect([await session.token(), asked]).toEqual([held, ['signInWithToken']]);
  });

  it('it is told why nobody is signed in, at the first time too', async () => {
    const { session, changes } = page({ identityToken: async () => 'expired' });
    expect(await session.token()).toBeNull();
    expect(changes).toEqual(['INVALID_CREDENTIALS']);
  });

  it('a provider that does not answer is not waited for longer than a minute, and asked again', async () => {
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
