import { expect, onTestFinished, test, vi } from 'vitest';
import { createAsk } from '../../web/api/ask.ts';
import { newId } from '../../web/api/new-id.ts';
import { createSession, type Tokens } from '../../web/api/session.ts';
import { EverythingDocument, SendMessageDocument } from '../../web/generated/graphql.ts';
import { listedStorage } from '../client/storage.ts';
import { SignOutDocument } from '../support/generated/graphql.ts';
import { password, world } from '../support/world.ts';

const chat = world();

/** Lets the app's requests reach the node, as they do from a page of the node. Returns what they ask for. */
function fromItsPage(): readonly string[] {
  const asked: string[] = [];
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    asked.push(/(?:query|mutation) (\w+)/.exec(String(init.body))?.[1] ?? '');
    return fetch(chat.url + path, init);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  return asked;
}

function storages() {
  return { own: listedStorage() as Storage, shared: listedStorage() as Storage };
}

test('a request that is refused after its user has left is not sent as the next user', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const conversationId = await chat.group(ben, ann);
  await chat.ask(SignOutDocument, { input: {} }, ann);
  fromItsPage();
  let held = ann;
  const left = new AbortController();
  const session = {
    token: async () => held.token,
    async refresh() {
      left.abort();
      held = ben;
      return true;
    },
  };
  const input = { conversationId, clientMessageId: newId(), text: 'It was me' };
  await expect(createAsk(session, left.signal)(SendMessageDocument, { input })).rejects.toThrow();
  const { viewer } = await createAsk(session, new AbortController().signal)(EverythingDocument, {});
  expect(viewer?.conversations.edges.map(({ node }) => node.viewerLastMessage)).toEqual([null]);
});

test('a session ends on the server although its access token has expired when the user signs out', async () => {
  const [ann] = await chat.people('ann');
  fromItsPage();
  const kept = storages();
  await createSession(kept).signIn(ann.handle, password);
  const tokens: Tokens = JSON.parse(kept.own.getItem('signed in') ?? '');
  const expired = JSON.stringify({ ...tokens, accessToken: 'expired', accessTokenExpiresAt: new Date(0).toISOString() });
  function reload() {
    const again = storages();
    again.own.setItem('signed in', expired);
    return createSession(again);
  }
  await reload().signOut();
  expect(await reload().token()).toBeNull();
});

test('on a device whose clock is fast, a token is used as long as it lives', async () => {
  const [ann] = await chat.people('ann');
  const asked = fromItsPage();
  const session = createSession(storages());
  const now = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 86_400_000);
  onTestFinished(() => void vi.restoreAllMocks());
  await session.signIn(ann.handle, password);
  await session.token();
  expect(asked).toEqual(['SignIn']);
});
