import { expect, it } from 'vitest';
import {
  ConversationStateDocument,
  ConversationsDocument,
  OpenDirectDocument,
  UserByHandleDocument,
} from '../support/generated/graphql.ts';
import { inWords } from '../support/listening.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, serverStream, world } from '../support/world.ts';

const chat = world();

async function open(as: Person, userId: string) {
  return (await chat.ask(OpenDirectDocument, { input: { userId } }, as)).openDirectConversation;
}

async function stateOf(as: Person, id: string) {
  return (await chat.ask(ConversationStateDocument, { id }, as)).conversation;
}

async function listOf(as: Person, page: { readonly first?: number; readonly after?: string | null } = {}) {
  return given((await chat.ask(ConversationsDocument, page, as)).viewer, []).conversations;
}

/** The ids of a user’s conversations, latest activity first. */
async function idsOf(as: Person): Promise<readonly string[]> {
  return (await listOf(as)).edges.map(({ node }) => node.id);
}

it('a direct conversation of two users is opened once, and later calls return it', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const opened = await Promise.all([open(ann, ben.id), open(ann, ben.id), open(ann, ben.id)]);
  const again = await open(ann, ben.id);
  expect([...opened, again].flatMap(({ errors }) => errors)).toEqual([]);
  expect(new Set([...opened, again].map(({ conversationEdge }) => conversationEdge?.node.id)).size).toBe(1);
  expect(await idsOf(ann)).toEqual([again.conversationEdge?.node.id]);
});

it('two users who open their direct conversation at the same time get the same one', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const [one, other] = await Promise.all([open(ann, ben.id), open(ben, ann.id)]);
  expect(one.conversationEdge?.node.id).toBe(other.conversationEdge?.node.id);
  const id = given(one.conversationEdge, one.errors).node.id;
  await chat.say(ann, id, 'hello');
  for (const person of [ann, ben]) expect(await idsOf(person)).toEqual([id]);
});

it('a direct conversation shows each user the other', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.direct(ann, ben);
  await chat.say(ann, id, 'hello');
  expect(await stateOf(ann, id)).toMatchObject({ __typename: 'DirectConversation', memberCount: 2, viewerPeer: { id: ben.id } });
  expect(await stateOf(ben, id)).toMatchObject({ __typename: 'DirectConversation', memberCount: 2, viewerPeer: { id: ann.id } });
  const direct = await chat.ask(UserByHandleDocument, { handle: ann.handle }, ben);
  expect(direct.user?.viewerDirectConversation).toEqual({ id });
});

it('a direct conversation with oneself works like any other', async () => {
  const [ann] = await chat.people('ann');
  const id = await chat.direct(ann, ann);
  const { seq } = await chat.say(ann, id, 'do not forget');
  expect(await chat.direct(ann, ann)).toBe(id);
  expect(await stateOf(ann, id)).toMatchObject({
    ...{ memberCount: 1, viewerPeer: { id: ann.id }, lastSeq: seq },
    ...{ viewerUnreadCount: 0, viewerLastMessage: { text: 'do not forget' }, viewerMembership: { role: 'MEMBER', readSeq: seq } },
  });
});

it('a direct conversation is hidden from the other user until its first message', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const events = chat.listen(ben);
  await events.ready();
  const id = await chat.direct(ann, ben);
  expect(await stateOf(ben, id)).toBeNull();
  expect(await idsOf(ben)).toEqual([]);
  expect((await chat.positions(ben)).map(({ streamId }) => streamId)).toEqual([ben.id, serverStream]);
  expect((await chat.ask(UserByHandleDocument, { handle: ann.handle }, ben)).user?.viewerDirectConversation).toBeNull();

  await chat.say(ann, id, 'hello');
  const seen = [await events.next(), await events.next()];
  expect(seen.map(inWords)).toEqual(['ConversationOpened 2 at 0', 'MessageSent 1 hello']);
  expect(seen[0]).toMatchObject({ streamId: ben.id, position: { streamId: id, seq: 0 }, conversationEdge: { node: { id } } });
  expect(await stateOf(ben, id)).toMatchObject({ lastSeq: 1, viewerUnreadCount: 1 });
  expect(await idsOf(ben)).toEqual([id]);
});

it('a direct conversation can be opened by the other user too before its first message', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.direct(ann, ben);
  expect(await chat.direct(ben, ann)).toBe(id);
  expect(await stateOf(ben, id)).toMatchObject({ lastSeq: 0, viewerLastMessage: null });
});

it('a direct conversation cannot be opened with a user who does not exist, or with an id of something else', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const nobody = Buffer.from('User:9000000000').toString('base64url');
  expect(await open(ann, nobody)).toMatchObject({ conversationEdge: null, errors: [{ code: 'NOT_FOUND', field: ['input', 'userId'] }] });
  for (const id of ['x', '', await chat.direct(ann, ben), `${ben.id} `]) {
    expect(refusals((await open(ann, id)).errors)).toEqual(['INVALID_INPUT input.userId']);
  }
});

it('conversations are listed by latest activity, which messages and opening update', async () => {
  const [ann, ben, cat, dan] = await chat.people('ann', 'ben', 'cat', 'dan');
  const first = await chat.group(ann, ben);
  const second = await chat.direct(ann, ben);
  const third = await chat.group(ann, cat);
  expect(await idsOf(ann)).toEqual([third, second, first]);
  await chat.say(ben, first, 'hello');
  expect(await idsOf(ann)).toEqual([first, third, second]);
  const fourth = await chat.direct(ann, dan);
  expect(await idsOf(ann)).toEqual([fourth, first, third, second]);
  const times = await Promise.all([fourth, first, third, second].map(async (id) => (await stateOf(ann, id))?.lastActivityAt ?? ''));
  expect(times).toEqual(times.toSorted().toReversed());
});

it('conversations are listed in pages without a gap or a repetition, and both flags of each page are right', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) ids.unshift(await chat.group(ann, ben));
  const found: string[] = [];
  const flags: string[] = [];
  let after: string | null = null;
  do {
    const { edges, pageInfo } = await listOf(ann, { first: 2, after });
    found.push(...edges.map(({ node }) => node.id));
    flags.push(`${pageInfo.hasPreviousPage} ${pageInfo.hasNextPage}`);
    expect(pageInfo).toMatchObject({ startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor });
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  expect(found).toEqual(ids);
  expect(flags).toEqual(['false true', 'true true', 'true false']);
});

it('a page has fifty conversations by default, and as many as `first` says otherwise', async () => {
  const [ann] = await chat.people('ann');
  for (let n = 0; n < 51; n += 1) await chat.group(ann);
  for (const page of [await listOf(ann), await listOf(ann, { after: null })]) {
    expect(page.edges.length).toBe(50);
    expect(page.pageInfo.hasNextPage).toBe(true);
  }
  expect((await listOf(ann, { first: 100 })).edges.length).toBe(51);
});

it('the payload and the event of an opened conversation have the cursor that the list has', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const events = chat.listen(ann);
  await events.ready();
  const { conversationEdge } = await open(ann, ben.id);
  const opened = await events.nextOf('ConversationOpened');
  const [listed] = (await listOf(ann)).edges;
  expect([conversationEdge?.cursor, opened.conversationEdge?.cursor]).toEqual([listed?.cursor, listed?.cursor]);
});

it.each([
  ['first', { first: 0 }],
  ['first', { first: 101 }],
  ['after', { after: 'x' }],
])('conversations are not listed with a %s that is out of bounds', async (argument, wrong) => {
  const [ann] = await chat.people('ann');
  expect(refusals((await chat.post(ConversationsDocument, wrong, ann)).errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
});

it('a conversation shows the viewer’s membership, read marker, unread count and last message', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.direct(ann, ben);
  await chat.sayAll(ann, id, ['one', 'two']);
  expect(await stateOf(ben, id)).toMatchObject({
    ...{ lastSeq: 2, viewerReadSeq: 0, viewerUnreadCount: 2, viewerLastMessage: { seq: 2, text: 'two' } },
    viewerMembership: { role: 'MEMBER', readSeq: 0, deliveredSeq: 0 },
  });
  expect(await stateOf(ann, id)).toMatchObject({ lastSeq: 2, viewerReadSeq: 2, viewerUnreadCount: 0 });
});

it('a conversation of others is null, like one that does not exist', async () => {
  const [ann, ben, eve] = await chat.people('ann', 'ben', 'eve');
  const direct = await chat.direct(ann, ben);
  await chat.say(ann, direct, 'hello');
  const group = await chat.group(ann, ben);
  const nowhere = Buffer.from('Conversation:9000000000').toString('base64url');
  const [absent, ...hidden] = await Promise.all([nowhere, direct, group].map((id) => chat.post(ConversationStateDocument, { id }, eve)));
  expect(absent).toEqual({ status: 200, data: { conversation: null } });
  for (const answer of hidden) expect(answer).toEqual(absent);
});

it('a conversation is not found by an id that is malformed or of something else: the error names the argument', async () => {
  const [ann] = await chat.people('ann');
  for (const id of [
    'x',
    '',
    ann.id,
    Buffer.from('Conversation:01').toString('base64url'),
    Buffer.from('Conversation:-1').toString('base64url'),
  ]) {
    const { data, errors } = await chat.post(ConversationStateDocument, { id }, ann);
    expect(refusals(errors)).toEqual(['BAD_USER_INPUT id']);
    expect(data ?? { conversation: null }).toEqual({ conversation: null });
  }
});
