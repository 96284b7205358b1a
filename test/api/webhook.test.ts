import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatId, inputId } from '../../schema/ids.ts';
import { webhookEvents } from '../../src/webhook/index.ts';
import { ageIn } from '../retention/age.ts';
import { adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import { rawId, rawSql } from '../support/raw-sql.ts';
import { type Person, world } from '../support/world.ts';
import { type Receiver, receiver, type Taken } from '../webhook/receiver.ts';

const place = world({ WORKER_POLL_MS: '20' });
let app: Receiver;
let admin: Person;
let webhookId = '';

beforeAll(async () => {
  app = await receiver();
  admin = await appoint(place, (await place.people('admin'))[0]);
  const { webhook, secret } = await operate('createWebhook', `url: "${app.url}", description: "for the fair"`, 'webhook { id } secret');
  webhookId = (webhook as { readonly id: string }).id;
  app.knows(String(secret));
});
afterAll(() => app[Symbol.asyncDispose]());

async function operate(name: string, input: string, asks: string): Promise<Readonly<Record<string, unknown>>> {
  const { data } = await askAdmin(adminUrl(place), `mutation { ${name}(input: { ${input} }) { ${asks} errors { message } } }`, {}, admin);
  const payload = data?.[name] as Readonly<Record<string, unknown>>;
  expect(payload['errors']).toEqual([]);
  return payload;
}

/** Runs a mutation of the public API as a user. */
async function act(as: Person, name: string, input: Readonly<Record<string, unknown>>): Promise<void> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { errors { code message } } }`;
  expect(await askAdmin(`${place.url}/graphql`, document, { input }, as)).toMatchObject({ data: { [name]: { errors: [] } } });
}

/** Waits until the app gets a matching event. */
async function told(fits: (taken: Taken) => boolean): Promise<Taken> {
  for (;;) {
    const taken = app.calls.find(fits);
    if (taken !== undefined) return taken;
    await app.until(app.calls.length + 1);
  }
}

it('an app gets every type of event from the worker, in order, with ids that the API accepts', async () => {
  const [ann, ben, eve] = await place.people('ann', 'ben', 'eve');
  const conversationId = await place.group(ann, ben);
  const { id: messageId } = await place.say(ann, conversationId, 'hello');
  await act(ann, 'editMessage', { messageId, text: 'hello, all' });
  await act(ben, 'addReaction', { messageId, emoji: '👍' });
  const asked = await place.node.chat.messages.send(await place.node.chat.users.authenticate(ann.token), {
    ...{ conversationId: inputId('Conversation', conversationId, 'id'), clientMessageId: randomUUID(), text: 'Well?' },
    poll: { options: ['yes', 'no'], anonymous: true },
  });
  await act(ben, 'votePoll', { messageId: formatId('Message', asked), optionIds: [formatId('PollOption', { ...asked, choice: 1 })] });
  await act(ann, 'closePoll', { messageId: formatId('Message', asked) });
  await act(ann, 'pinMessage', { messageId });
  await act(ann, 'updateGroup', { groupId: conversationId, name: 'The fair' });
  await act(ann, 'setRole', { groupId: conversationId, userId: ben.id, role: 'ADMIN' });
  await act(ann, 'recallMessage', { messageId });
  await act(ben, 'leaveGroup', { groupId: conversationId });
  await act(eve, 'updateProfile', { displayName: 'Eve of the fair' });
  const left = await told(({ type, data }) => type === 'MemberLeft' && data.streamId === conversationId);
  await told(({ type }) => type === 'UserChanged');
  const { settings, retention } = place.node.chat;
  await using sql = await rawSql(place.stores);
  await ageIn(sql, rawId(conversationId), 2);
  await settings.set(null, { settings: [{ name: 'historyDays', value: '30' }] });
  await retention.round({ after: 0n }, new AbortController().signal);
  await settings.set(null, { settings: [{ name: 'historyDays', value: '0' }] });
  const trimmed = await told(({ type }) => type === 'HistoryTrimmed');
  expect(trimmed.data).toMatchObject({ streamId: conversationId, untilSeq: 2, actor: null });
  const own = app.calls.filter(({ data }) => data.streamId === conversationId);
  expect(own.map(({ data }) => data.seq)).toEqual(own.map((_, place) => place + 1));
  expect(new Set(app.calls.map(({ type }) => type))).toEqual(new Set(webhookEvents));
  expect(left.data).toMatchObject({ actor: { handle: ben.handle }, conversation: { name: 'The fair' }, leaveReason: 'LEFT' });
  expect(app.calls.find(({ type }) => type === 'UserChanged')?.data).toMatchObject({
    userId: eve.id,
    user: { displayName: 'Eve of the fair' },
  });
  // Apps are told as little of votes in an anonymous poll as users are.
  expect(own.find(({ type }) => type === 'PollVoted')?.data).toMatchObject({
    ...{ actor: null, options: null },
    message: { poll: { options: [{ text: 'yes' }, { text: 'no' }], anonymous: true } },
  });
  const said = own.find(({ type }) => type === 'MessageSent')?.data.messageEdge?.node;
  expect(said?.id).toBe(messageId);
  const document = 'query ($id: ID!) { node(id: $id) { ... on Message { seq } } }';
  expect(await askAdmin(`${place.url}/graphql`, document, { id: said?.id }, ann)).toMatchObject({ data: { node: { seq: 3 } } });
  expect(app.forged).toEqual([]);
});

it('an app gets an event for an account that operators create, and none for a new key or a first sign-in', async () => {
  const { administration, users } = place.node.chat;
  const [user, bot] = [await administration.createUser({ handle: 'made.for' }), await administration.createBot({ handle: 'made.bot' })];
  for (const { id } of [user, bot]) {
    const { data } = await told(({ data: { streamId } }) => streamId === formatId('User', id));
    expect(data).toMatchObject({ userId: formatId('User', id), user: { isBot: id === bot.id } });
  }
  const { key } = await administration.createBotKey(null, { userId: bot.id, name: 'here' });
  const { password } = await administration.resetPassword(null, { userId: user.id });
  const { viewer } = await users.signIn({ handle: user.handle, password, address: 'here' });
  for (const come of [viewer, await users.authenticate(key)]) await users.updateProfile(come, { bio: 'here' });
  for (const { id } of [user, bot]) {
    const isOfThem = ({ data: { streamId } }: Taken) => streamId === formatId('User', id);
    await told((taken) => isOfThem(taken) && taken.type === 'UserChanged');
    expect(app.calls.filter(isOfThem).map(({ type }) => type)).toEqual(['UserSignedUp', 'UserChanged']);
  }
});

it('operators see the state of a webhook', async () => {
  const { data } = await askAdmin(adminUrl(place), '{ webhooks { url description events state failures backlog { entries } } }', {}, admin);
  expect(data?.['webhooks']).toEqual([
    { url: app.url, description: 'for the fair', events: [], state: 'ACTIVE', failures: 0, backlog: { entries: 0 } },
  ]);
});

it('the event for an erased account has no user', async () => {
  const [gone] = await place.people('gone');
  const { userId, sessionId } = await place.node.chat.users.authenticate(gone.token);
  await place.node.chat.users.erase({ userId, sessionId }, { password: 'correct horse battery', messages: 'REMOVE', address: 'here' });
  const { data } = await told(({ type, data: { streamId } }) => type === 'UserChanged' && streamId === gone.id);
  expect(data).toMatchObject({ userId: gone.id, user: null });
});

it('a refusal by the app that is asked before a message is stored reaches the sender with its reason', async () => {
  const [ann] = await place.people('ann');
  const conversationId = await place.group(ann);
  await operate('setBeforeSend', `url: "${app.url}"`, 'secret').then(({ secret }) => app.knows(String(secret)));
  app.behaves((response) => void response.end(JSON.stringify({ allow: false, reason: 'Mind your words.' })));
  const document = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { errors { code message field } } }';
  const input = { conversationId, clientMessageId: randomUUID(), text: 'rude' };
  expect(await askAdmin(`${place.url}/graphql`, document, { input }, ann)).toMatchObject({
    data: { sendMessage: { errors: [{ code: 'FORBIDDEN', message: 'Mind your words.', field: ['input', 'text'] }] } },
  });
  await operate('removeBeforeSend', `url: "${app.url}"`, 'removed');
  await operate('deleteWebhook', `webhookId: "${webhookId}"`, 'deletedId');
});
