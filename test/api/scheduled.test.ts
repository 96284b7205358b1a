import { randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { ahead, allTimesCome } from '../scheduled/times.ts';
import {
  CancelScheduledMessageDocument,
  ChangeScheduledMessageDocument,
  LeaveGroupDocument,
  ScheduledMessagesDocument,
  ScheduleMessageDocument,
  SendScheduledMessageDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

interface Listed {
  readonly edges: readonly { readonly node: { readonly text: string } }[];
}

const severalLists: TypedDocumentNode<{ readonly viewer: Readonly<Record<string, Listed>> | null }, object> = parse(`
  query ($conversationId: ID, $after: String) {
    viewer {
      all: scheduledMessages { edges { node { text } } }
      there: scheduledMessages(conversationId: $conversationId) { edges { node { text } } }
      rest: scheduledMessages(after: $after) { edges { node { text } } }
    }
  }
`);

describe('scheduled messages', () => {
  const chat = world();

  function later(conversationId: string, text: string, more: object = {}) {
    return { conversationId, clientMessageId: randomUUID(), text, sendAt: ahead(), ...more };
  }

  async function leave(as: Person, input: ReturnType<typeof later>) {
    const { scheduleMessage } = await chat.ask(ScheduleMessageDocument, { input }, as);
    return given(scheduleMessage.scheduledMessageEdge, scheduleMessage.errors);
  }

  async function listed(as: Person, more: object = {}) {
    return given((await chat.ask(ScheduledMessagesDocument, more, as)).viewer, []).scheduledMessages;
  }

  it('are shown on all devices of their author, and sent at their time while none of them is connected', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const { id: asked } = await chat.say(ben, group, 'When?');
    const desk = chat.listen(await chat.anotherDevice(ann));
    await desk.ready();
    const input = later(group, 'Now', { replyToId: asked, mentionIds: [ben.id], data: { of: 'a' } });
    const edge = await leave(ann, input);
    expect(edge.node).toMatchObject({
      ...{ text: 'Now', clientMessageId: input.clientMessageId, sendAt: input.sendAt, conversationId: group, conversation: { id: group } },
      ...{ data: { of: 'a' }, replyTo: { id: asked, text: 'When?' }, threadRoot: null, mentions: [{ id: ben.id }], refusal: null },
    });
    expect(await desk.nextOf('ScheduledMessageChanged')).toMatchObject({ scheduledMessageId: edge.node.id, scheduledMessageEdge: edge });
    expect((await listed(ann)).edges).toEqual([edge]);
    const positions = await chat.positions(ann);
    desk.stop();
    const bens = chat.listen(ben);
    await bens.ready();
    await allTimesCome(chat);
    const { messageEdge } = await bens.nextOf('MessageSent');
    const { node: message } = given(messageEdge, []);
    expect(message).toMatchObject({ text: 'Now', clientMessageId: input.clientMessageId, sender: { id: ann.id } });
    const back = chat.listen(ann, positions);
    const closed = await back.nextOf('ScheduledMessageClosed');
    expect(closed).toMatchObject({ scheduledMessageId: edge.node.id, outcome: 'SENT', message: { id: message.id, text: 'Now' } });
    expect((await listed(ann)).edges).toEqual([]);
    const { scheduleMessage } = await chat.ask(ScheduleMessageDocument, { input }, ann);
    expect(scheduleMessage).toMatchObject({ scheduledMessageEdge: null, messageEdge: { node: { id: message.id } }, errors: [] });
  });

  it('can be changed, sent at once and cancelled', async () => {
    const [ann] = await chat.people('ann');
    const diary = await chat.direct(ann, ann);
    const { node: first } = await leave(ann, later(diary, 'First', { data: { of: 'a' } }));
    const { node: second } = await leave(ann, later(diary, 'Second'));
    const changing = { scheduledMessageId: first.id, text: 'Otherwise', sendAt: ahead(7_200_000), data: null };
    const { changeScheduledMessage: changed } = await chat.ask(ChangeScheduledMessageDocument, { input: changing }, ann);
    expect(changed.scheduledMessageEdge?.node).toEqual({ ...first, text: 'Otherwise', sendAt: changing.sendAt, data: null });
    expect((await listed(ann)).edges.map(({ node }) => node.text)).toEqual(['Second', 'Otherwise']);

    const now = { input: { scheduledMessageId: first.id } };
    const { sendScheduledMessage: sent } = await chat.ask(SendScheduledMessageDocument, now, ann);
    expect(sent).toMatchObject({ scheduledMessageId: first.id, messageEdge: { node: { text: 'Otherwise', seq: 1 } }, errors: [] });
    expect(refusals((await chat.ask(SendScheduledMessageDocument, now, ann)).sendScheduledMessage.errors)).toEqual([
      'NOT_FOUND input.scheduledMessageId',
    ]);

    const gone = { input: { scheduledMessageId: second.id } };
    const { cancelScheduledMessage: cancelled } = await chat.ask(CancelScheduledMessageDocument, gone, ann);
    expect(cancelled).toEqual({ scheduledMessageId: second.id, errors: [] });
    expect(refusals((await chat.ask(CancelScheduledMessageDocument, gone, ann)).cancelScheduledMessage.errors)).toEqual([
      'NOT_FOUND input.scheduledMessageId',
    ]);
    expect((await listed(ann)).edges).toEqual([]);
  });

  it('lose the fields that a change sets to null, and keep their text and time', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const { id: root } = await chat.say(ben, group, 'When?');
    const { node: plain } = await leave(ann, later(group, 'Now'));
    const scheduledMessageId = plain.id;
    const attachments = [{ url: 'https://example.org/a.png', mediaType: 'image/png' }];
    const refers = { replyToId: root, threadRootId: root, mentionIds: [ben.id], mentionsEveryone: true };
    const poll = { options: ['yes', 'no'], multiple: true, anonymous: true, closesAt: ahead(7_200_000) };
    const giving = { scheduledMessageId, ...refers, attachments, data: { of: 'a' }, poll };
    const { changeScheduledMessage: all } = await chat.ask(ChangeScheduledMessageDocument, { input: giving }, ann);
    expect(all.scheduledMessageEdge?.node).toMatchObject({
      ...{ replyTo: { id: root }, threadRoot: { id: root }, mentions: [{ id: ben.id }], mentionsEveryone: true },
      ...{ attachments, data: { of: 'a' }, poll },
    });
    const kept = { scheduledMessageId, text: null, sendAt: null };
    const { changeScheduledMessage: same } = await chat.ask(ChangeScheduledMessageDocument, { input: kept }, ann);
    expect(same).toEqual(all);
    const none = {
      replyToId: null,
      threadRootId: null,
      mentionIds: null,
      mentionsEveryone: null,
      attachments: null,
      data: null,
      poll: null,
    };
    const { changeScheduledMessage: taken } = await chat.ask(ChangeScheduledMessageDocument, { input: { ...kept, ...none } }, ann);
    expect(taken.scheduledMessageEdge?.node).toEqual(plain);
  });

  it('are listed in pages, for all conversations or for one, even if the author has left it', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [group, other] = [await chat.group(ben, ann), await chat.group(ben, ann)];
    for (const [place, id] of [group, other, group].entries()) {
      await leave(ann, later(id, `${place}`, { sendAt: ahead((3 - place) * 3_600_000) }));
    }
    const { edges, pageInfo } = await listed(ann, { first: 2 });
    expect(edges.map(({ node }) => node.text)).toEqual(['2', '1']);
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const rest = await listed(ann, { after: pageInfo.endCursor });
    expect(rest.edges.map(({ node }) => node.text)).toEqual(['0']);
    expect(rest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    await chat.ask(LeaveGroupDocument, { input: { groupId: group } }, ann);
    const there = await listed(ann, { conversationId: group });
    expect(there.edges.map(({ node }) => [node.text, node.conversation, node.conversationId])).toEqual([
      ['2', null, group],
      ['0', null, group],
    ]);
  });

  it('are listed in several ways in one request', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const [group, other] = [await chat.group(ben, ann), await chat.group(ben, ann)];
    const first = await leave(ann, later(group, 'First'));
    await leave(ann, later(other, 'Second', { sendAt: ahead(7_200_000) }));
    const { viewer } = await chat.ask(severalLists, { conversationId: group, after: first.cursor }, ann);
    const texts = Object.entries(given(viewer, [])).map(([name, { edges }]) => [name, edges.map(({ node }) => node.text)]);
    expect(Object.fromEntries(texts)).toEqual({ all: ['First', 'Second'], there: ['First'], rest: ['Second'] });
  });

  it('show the messages they refer to only while the author may read them, and are refused at their time otherwise', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ben, ann);
    const { id } = await chat.say(ben, group, 'A question');
    await leave(ann, later(group, 'An answer', { replyToId: id, threadRootId: id }));
    expect((await listed(ann)).edges[0]?.node).toMatchObject({ replyTo: { id }, threadRoot: { id } });
    await chat.ask(LeaveGroupDocument, { input: { groupId: group } }, ann);
    expect((await listed(ann)).edges[0]?.node).toMatchObject({ replyTo: null, threadRoot: null, text: 'An answer' });
    await allTimesCome(chat);
    const refused = { code: 'NOT_FOUND', message: 'Conversation not found.' };
    expect((await listed(ann)).edges).toMatchObject([{ node: { refusal: refused } }]);
    const input = { scheduledMessageId: given((await listed(ann)).edges[0], []).node.id };
    expect(refusals((await chat.ask(SendScheduledMessageDocument, { input }, ann)).sendScheduledMessage.errors)).toEqual(['NOT_FOUND']);
  });
});
