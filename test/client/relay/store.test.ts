import { randomUUID } from 'node:crypto';
import { commitMutation, type Environment, fetchQuery, type MutationParameters } from 'relay-runtime';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AnswerContactRequestDocument, RequestContactDocument } from '../../support/generated/graphql.ts';
import { given, type Person, world } from '../../support/world.ts';
import { socketTo } from '../follower.ts';
import conversationsFragment from './__generated__/chatConversations_viewer.graphql.ts';
import conversationsQuery from './__generated__/chatConversationsQuery.graphql.ts';
import forget, { type chatForgetMutation } from './__generated__/chatForgetMutation.graphql.ts';
import hide, { type chatHideMutation } from './__generated__/chatHideMutation.graphql.ts';
import leave, { type chatLeaveMutation } from './__generated__/chatLeaveMutation.graphql.ts';
import messagesFragment, { type chatMessages_conversation$data } from './__generated__/chatMessages_conversation.graphql.ts';
import messagesQuery from './__generated__/chatMessagesQuery.graphql.ts';
import nodeQuery, { type chatNodeQuery } from './__generated__/chatNodeQuery.graphql.ts';
import open, { type chatOpenMutation } from './__generated__/chatOpenMutation.graphql.ts';
import send, { type chatSendMutation } from './__generated__/chatSendMutation.graphql.ts';
import settle, { type chatSettleMutation } from './__generated__/chatSettleMutation.graphql.ts';
import { environmentOf } from './environment.ts';
import { page } from './paged.ts';

type Message = chatMessages_conversation$data['messages']['edges'][number]['node'];

const chat = world();
const texts = Array.from({ length: 12 }, (_, n) => `message ${n + 1}`);

function environmentFor(person: Person): Environment {
  return environmentOf({ url: chat.url, person, subscribe: socketTo(chat.url, () => person.token).subscribe });
}

function conversationsOf(environment: Environment) {
  const shown = { query: conversationsQuery, variables: {}, field: 'viewer', fragment: conversationsFragment };
  return page<{ readonly id: string }>(environment, shown);
}

async function messagesOf(environment: Environment, id: string, looking: { first?: number; last?: number; around?: number }) {
  const shown = { query: messagesQuery, variables: { id, ...looking }, field: 'conversation', fragment: messagesFragment };
  const list = await page<Message>(environment, shown);
  return { ...list, texts: () => list.nodes().map(({ text }) => text) };
}

function commit<M extends MutationParameters>(environment: Environment, config: Parameters<typeof commitMutation<M>>[1]) {
  return new Promise<M['response']>((resolve, reject) => {
    commitMutation<M>(environment, { ...config, onCompleted: resolve, onError: reject });
  });
}

async function nodeOf(environment: Environment, id: string) {
  return (await fetchQuery<chatNodeQuery>(environment, nodeQuery, { id }).toPromise())?.node;
}

describe('with Relay', () => {
  it('conversations are read page by page, to the last', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const ids: string[] = [];
    for (let left = 5; left > 0; left -= 1) ids.unshift(await chat.group(ann, ben));
    const list = await conversationsOf(environmentFor(ben));
    expect(list.nodes()).toHaveLength(2);
    while (list.has('forward')) await list.more('forward', 2);
    expect(list.nodes().map(({ id }) => id)).toEqual(ids);
  });

  it('messages are read in both directions from any place', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const sent = await chat.sayAll(ann, group, texts);
    const list = await messagesOf(environmentFor(ben), group, { around: given(sent[5], []).seq, first: 2, last: 1 });
    expect(list.texts()).toEqual(texts.slice(4, 8));
    await list.more('backward', 3);
    await list.more('forward', 3);
    expect(list.texts()).toEqual(texts.slice(1, 11));
    expect([list.has('backward'), list.has('forward')]).toEqual([true, true]);
    await list.more('forward', 3);
    await list.more('backward', 3);
    expect(list.texts()).toEqual(texts);
    expect([list.has('backward'), list.has('forward')]).toEqual([false, false]);
  });

  it('messages are read back from the newest', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    await chat.sayAll(ann, group, texts);
    const list = await messagesOf(environmentFor(ben), group, { last: 5 });
    while (list.has('backward')) await list.more('backward', 5);
    expect(list.texts()).toEqual(texts);
    expect(list.has('forward')).toBe(false);
  });

  it('messages, users and groups are refetched by their id alone', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const { id } = await chat.say(ann, group, 'hello');
    const environment = environmentFor(ben);
    expect(await nodeOf(environment, id)).toMatchObject({ __typename: 'Message', id, text: 'hello' });
    expect(await nodeOf(environment, ann.id)).toMatchObject({ __typename: 'User', id: ann.id, handle: ann.handle });
    expect(await nodeOf(environment, group)).toMatchObject({ __typename: 'Group', id: group, lastSeq: 3 });
  });

  it('a message is shown before it is sent, and once afterwards', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    await chat.say(ann, group, 'before');
    const environment = environmentFor(ben);
    const list = await messagesOf(environment, group, { last: 5 });
    const input = { conversationId: group, clientMessageId: randomUUID(), text: 'sent' };
    const sending = commit<chatSendMutation>(environment, {
      mutation: send,
      variables: { input, connections: [list.id] },
      optimisticResponse: optimistic(ben, input),
    });
    expect(list.nodes().slice(1)).toMatchObject([{ text: 'sent', clientMessageId: input.clientMessageId, seq: 0 }]);
    await sending;
    expect(list.nodes().slice(1)).toMatchObject([{ text: 'sent', clientMessageId: input.clientMessageId, seq: 4 }]);
  });

  it('a refused message disappears again', async () => {
    // In development Relay warns that the payload has no edge.
    const remarks = vi.spyOn(console, 'error').mockReturnValue();
    onTestFinished(() => remarks.mockRestore());
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const environment = environmentFor(ben);
    const list = await messagesOf(environment, group, { last: 5 });
    const input = { conversationId: group, clientMessageId: randomUUID(), text: '' };
    const sending = commit<chatSendMutation>(environment, {
      mutation: send,
      variables: { input, connections: [list.id] },
      optimisticResponse: optimistic(ben, input),
    });
    expect(list.nodes()).toHaveLength(1);
    expect((await sending).sendMessage.errors).toMatchObject([{ code: 'INVALID_INPUT' }]);
    expect(list.nodes()).toEqual([]);
  });

  it('a hidden message and a left group disappear from their lists, and a removed contact from the store', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const [first] = await chat.sayAll(ann, group, ['one', 'two']);
    const { requestContact } = await chat.ask(RequestContactDocument, { input: { userId: ben.id } }, ann);
    const requestId = given(requestContact.contactRequestEdge, requestContact.errors).node.id;
    await chat.ask(AnswerContactRequestDocument, { input: { requestId, accept: true } }, ben);
    const environment = environmentFor(ben);
    const [messages, conversations] = [await messagesOf(environment, group, { last: 5 }), await conversationsOf(environment)];
    await commit<chatHideMutation>(environment, {
      mutation: hide,
      variables: { input: { messageId: given(first, []).id }, connections: [messages.id] },
    });
    expect(messages.texts()).toEqual(['two']);
    await commit<chatLeaveMutation>(environment, {
      mutation: leave,
      variables: { input: { groupId: group }, connections: [conversations.id] },
    });
    expect(conversations.nodes().map(({ id }) => id)).not.toContain(group);
    const contact = Object(await nodeOf(environment, ann.id)).viewerContact.id;
    expect(environment.getStore().getSource().get(contact)).toBeDefined();
    await commit<chatForgetMutation>(environment, { mutation: forget, variables: { input: { userId: ann.id } } });
    expect(environment.getStore().getSource().get(contact)).toBeNull();
  });

  it('an opened conversation is at the top of the list', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const environment = environmentFor(ben);
    const list = await conversationsOf(environment);
    const { openDirectConversation } = await commit<chatOpenMutation>(environment, {
      mutation: open,
      variables: { input: { userId: ann.id }, connections: [list.id] },
    });
    expect(list.nodes().map(({ id }) => id)).toEqual([openDirectConversation.conversationEdge?.node.id, group]);
  });

  it('the viewer is one record for queries and mutations', async () => {
    const [ben] = await chat.people('ben');
    const environment = environmentFor(ben);
    await conversationsOf(environment);
    const viewer = () => environment.getStore().getSource().get('client:root:viewer');
    expect(viewer()).toMatchObject({ readReceipts: true });
    await commit<chatSettleMutation>(environment, { mutation: settle, variables: { input: { readReceipts: false } } });
    expect(viewer()).toMatchObject({ readReceipts: false });
  });
});

/** The expected payload, as far as the client knows it. */
function optimistic(sender: Person, { clientMessageId, text }: chatSendMutation['variables']['input']) {
  const said = { id: `client:${clientMessageId}`, seq: 0, text, clientMessageId, editedAt: null, recalledAt: null };
  const node = { ...said, sender: { id: sender.id, handle: sender.handle } };
  return { sendMessage: { messageEdge: { cursor: '', node }, errors: [] } };
}
