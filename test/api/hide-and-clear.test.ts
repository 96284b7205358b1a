import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ClearConversationDocument,
  EditReferenceDocument,
  HideMessageDocument,
  MarkReadDocument,
  MarkThreadReadDocument,
  MarkUnreadDocument,
  NodesByIdDocument,
  OwnViewDocument,
  type OwnViewQueryVariables,
  PinMessageDocument,
  type SendMessageInput,
  SendReferenceDocument,
  UpdateMembershipDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

const nothing = { messages: 0, mentions: 0, conversations: 0, threads: 0, badge: 0 };

async function send(as: Person, input: Partial<SendMessageInput> & Pick<SendMessageInput, 'conversationId'>) {
  const whole = { clientMessageId: randomUUID(), text: 'said', ...input };
  const { sendMessage } = await chat.ask(SendReferenceDocument, { input: whole }, as);
  return given(sendMessage.messageEdge, sendMessage.errors).node;
}

async function hide(as: Person, messageId: string) {
  return (await chat.ask(HideMessageDocument, { input: { messageId } }, as)).hideMessage;
}

async function clear(as: Person, conversationId: string, seq?: number) {
  return (await chat.ask(ClearConversationDocument, { input: { conversationId, ...(seq !== undefined && { seq }) } }, as))
    .clearConversation;
}

async function markUnread(as: Person, conversationId: string, fromSeq: number) {
  return (await chat.ask(MarkUnreadDocument, { input: { conversationId, fromSeq } }, as)).markUnread;
}

async function read(as: Person, conversationId: string, seq: number) {
  return (await chat.ask(MarkReadDocument, { input: { conversationId, seq } }, as)).markRead;
}

async function readThread(as: Person, messageId: string, seq: number) {
  return (await chat.ask(MarkThreadReadDocument, { input: { messageId, seq } }, as)).markThreadRead;
}

/** What a user is shown of a conversation, in a few words. */
async function view(as: Person, id: string, page: Omit<OwnViewQueryVariables, 'id'> = {}) {
  const { viewer, conversation } = await chat.ask(OwnViewDocument, { id, ...page }, as);
  const { messages, timeline, pins, viewerLastMessage, ...rest } = given(conversation, []);
  return {
    ...rest,
    unread: viewer?.unread,
    texts: messages.edges.map(({ node }) => node.text),
    quotes: messages.edges.flatMap(({ node }) => node.replyTo?.text ?? []),
    hiddenQuotes: messages.edges.flatMap(({ node }) => (node.replyTo?.viewerHidden ? node.replyTo.text : [])),
    replies: messages.edges.flatMap(({ node }) => node.replies.edges.map((reply) => reply.node.text)),
    threads: messages.edges.flatMap(({ node }) => (node.viewerThreadUnreadCount > 0 ? [node.viewerThreadUnreadCount] : [])),
    timeline: timeline.edges.map(({ node }) => node.seq),
    pins: pins.edges.map(({ node }) => node.text),
    last: viewerLastMessage?.text ?? null,
    more: [messages.pageInfo, timeline.pageInfo].map((info) => [info.hasPreviousPage, info.hasNextPage]),
  };
}

async function nodes(as: Person, ...ids: readonly string[]) {
  return (await chat.ask(NodesByIdDocument, { ids: [...ids] }, as)).nodes.map((node) => node?.id ?? null);
}

/** A group of Ann and Ben, whose joins are entries 1 and 2, in which Ann has sent these messages. */
async function talk(...texts: readonly string[]) {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.group(ann, ben);
  return { ann, ben, id, said: await chat.sayAll(ann, id, texts) };
}

function at<T>(list: readonly T[], place: number): T {
  return given(list[place], []);
}

describe('hiding a message for oneself', () => {
  it('removes it from everything that the viewer is shown, and from nobody else’s view', async () => {
    const { ann, ben, id, said } = await talk('one', 'two', 'three');
    await chat.ask(PinMessageDocument, { input: { messageId: at(said, 2).id } }, ann);
    await send(ben, { conversationId: id, text: 'about one', threadRootId: at(said, 0).id });
    const reply = await send(ann, { conversationId: id, text: 'about that', threadRootId: at(said, 0).id, replyToId: at(said, 1).id });
    const before = await view(ann, id);
    const answer = await hide(ben, at(said, 2).id);
    expect(answer).toEqual({
      messageId: at(said, 2).id,
      conversation: { id, viewerUnreadCount: 3, viewerMentionCount: 0, viewerMarkedUnreadFromSeq: null },
      unread: { messages: 3, mentions: 0, conversations: 1, threads: 1, badge: 3 },
      errors: [],
    });
    expect((await hide(ben, reply.id)).unread).toEqual({ messages: 2, mentions: 0, conversations: 1, threads: 0, badge: 2 });
    expect(await view(ben, id)).toMatchObject({
      ...{ texts: ['one', 'two', 'about one'], replies: ['about one'], pins: [], last: 'about one', threads: [] },
      ...{ timeline: [1, 2, 3, 4, 6, 7], viewerUnreadCount: 2 },
    });
    expect(await view(ann, id)).toEqual(before);
    expect(await nodes(ben, at(said, 2).id, reply.id, at(said, 0).id)).toEqual([null, null, at(said, 0).id]);
    expect(await nodes(ann, at(said, 2).id, reply.id)).toEqual([at(said, 2).id, reply.id]);
  });

  it('leaves quotes of it as they are', async () => {
    const { ann, ben, id, said } = await talk('one');
    await send(ann, { conversationId: id, text: 'as I said', replyToId: at(said, 0).id });
    await hide(ben, at(said, 0).id);
    expect(await view(ben, id)).toMatchObject({ texts: ['as I said'], quotes: ['one'], hiddenQuotes: ['one'], viewerClearedSeq: 0 });
    expect(await view(ann, id)).toMatchObject({ texts: ['one', 'as I said'], quotes: ['one'], hiddenQuotes: [] });
  });

  it('has no effect when repeated, and is refused for a message that the viewer does not see', async () => {
    const { ben, id, said } = await talk('one', 'two');
    const [first, eve] = [at(said, 0).id, at(await chat.people('eve'), 0)];
    expect(await hide(ben, first)).toEqual(await hide(ben, first));
    await clear(ben, id);
    const nowhere = Buffer.from('Message:9000000000:1').toString('base64url');
    for (const [who, what] of [
      [ben, at(said, 1).id],
      [eve, first],
      [ben, nowhere],
    ] as const) {
      const { errors, ...rest } = await hide(who, what);
      expect(refusals(errors)).toEqual(['NOT_FOUND input.messageId']);
      expect(rest).toEqual({ messageId: null, conversation: null, unread: null });
    }
  });

  it('is an event for the viewer’s other devices, with the new unread counts', async () => {
    const { ann, ben, id, said } = await talk('one');
    const root = await send(ben, { conversationId: id, text: 'a question' });
    const reply = await send(ann, { conversationId: id, text: 'an answer', threadRootId: root.id });
    const desk = chat.listen(await chat.anotherDevice(ben));
    await desk.ready();
    await hide(ben, at(said, 0).id);
    expect(await desk.nextOf('MessageHidden')).toMatchObject({
      ...{ streamId: ben.id, conversationId: id, messageId: at(said, 0).id, threadRoot: null },
      ...{ conversation: { id, viewerUnreadCount: 1 }, unread: { messages: 1, mentions: 0, conversations: 1, threads: 1, badge: 1 } },
    });
    await hide(ben, reply.id);
    expect(await desk.nextOf('MessageHidden')).toMatchObject({
      ...{ messageId: reply.id, threadRoot: { id: root.id, viewerThreadUnreadCount: 0 } },
      ...{ conversation: { id, viewerUnreadCount: 0 }, unread: nothing },
    });
  });
});

describe('clearing a conversation for oneself', () => {
  it('keeps later messages, and other members keep all', async () => {
    const { ann, ben, id, said } = await talk('one', 'two', 'three');
    const before = await view(ann, id);
    expect(await clear(ben, id, at(said, 1).seq)).toEqual({
      conversation: { id, viewerUnreadCount: 1, viewerMentionCount: 0, viewerMarkedUnreadFromSeq: null },
      unread: { ...nothing, messages: 1, conversations: 1, badge: 1 },
      errors: [],
    });
    expect(await view(ben, id)).toMatchObject({ texts: ['three'], timeline: [5], last: 'three', viewerReadSeq: 0 });
    expect(await nodes(ben, at(said, 0).id, at(said, 2).id)).toEqual([null, at(said, 2).id]);
    expect((await clear(ben, id)).unread).toEqual(nothing);
    expect(await view(ben, id)).toMatchObject({
      texts: [],
      timeline: [],
      last: null,
      viewerUnreadCount: 0,
      more: [
        [false, false],
        [false, false],
      ],
    });
    expect(await view(ann, id)).toEqual(before);
  });

  it('bounds pages: they are full, and their flags are right', async () => {
    const { ben, id, said } = await talk('one', 'two', 'three', 'four', 'five', 'six');
    await clear(ben, id, at(said, 0).seq);
    await hide(ben, at(said, 2).id);
    const end = {
      more: [
        [true, false],
        [true, false],
      ],
    };
    expect(await view(ben, id, { last: 3 })).toMatchObject({ texts: ['four', 'five', 'six'], timeline: [6, 7, 8], ...end });
    const start = {
      more: [
        [false, true],
        [false, true],
      ],
    };
    expect(await view(ben, id, { first: 3 })).toMatchObject({ texts: ['two', 'four', 'five'], timeline: [4, 6, 7], ...start });
    expect(await view(ben, id, { last: 5 })).toMatchObject({
      texts: ['two', 'four', 'five', 'six'],
      more: [
        [false, false],
        [false, false],
      ],
    });
    expect(await view(ben, id, { around: 1, first: 1 })).toMatchObject({ texts: ['two', 'four'], ...start });
    expect(await view(ben, id, { around: 5, first: 1, last: 1 })).toMatchObject({ texts: ['two', 'four'], ...start });
  });

  it('is refused beyond the head, and to users who are not members', async () => {
    const { ben, id } = await talk('one');
    const [eve] = await chat.people('eve');
    for (const seq of [4, -1]) expect(refusals((await clear(ben, id, seq)).errors)).toEqual(['INVALID_INPUT input.seq']);
    expect(refusals((await clear(eve, id)).errors)).toEqual(['NOT_FOUND input.conversationId']);
    expect((await view(ben, id)).texts).toEqual(['one']);
  });

  it('is visible in `viewerClearedSeq`, and quotes of older messages say that the original is hidden', async () => {
    const { ann, ben, id, said } = await talk('one', 'two');
    await clear(ben, id);
    const { seq } = at(said, 1);
    await send(ann, { conversationId: id, text: 'as I said', replyToId: at(said, 0).id });
    expect(await view(ben, id)).toMatchObject({ texts: ['as I said'], hiddenQuotes: ['one'], viewerClearedSeq: seq });
    expect(await view(ann, id)).toMatchObject({ hiddenQuotes: [], viewerClearedSeq: 0 });
  });

  it('is an event for the viewer’s other devices', async () => {
    const { ben, id } = await talk('one', 'two');
    const desk = chat.listen(await chat.anotherDevice(ben));
    await desk.ready();
    await clear(ben, id, 3);
    expect(await desk.nextOf('ConversationCleared')).toMatchObject({
      ...{ conversationId: id, clearedSeq: 3, conversation: { viewerUnreadCount: 1 }, unread: { messages: 1 } },
    });
  });
});

describe('marking as unread', () => {
  it('counts from that entry for the viewer, until the conversation is read again', async () => {
    const { ben, id, said } = await talk('one', 'two', 'three');
    await read(ben, id, at(said, 2).seq);
    expect(await markUnread(ben, id, at(said, 1).seq)).toEqual({
      conversation: { id, viewerUnreadCount: 2, viewerMentionCount: 0, viewerMarkedUnreadFromSeq: 4 },
      unread: { ...nothing, messages: 2, conversations: 1, badge: 2 },
      errors: [],
    });
    expect(await view(ben, id)).toMatchObject({ viewerReadSeq: 5, viewerUnreadCount: 2 });
    expect((await read(ben, id, 3)).conversation).toMatchObject({ viewerUnreadCount: 2 });
    expect(await read(ben, id, 4)).toMatchObject({ conversation: { viewerReadSeq: 5, viewerUnreadCount: 0 }, unread: { messages: 0 } });
    expect(await view(ben, id)).toMatchObject({ viewerMarkedUnreadFromSeq: null, unread: nothing });
  });

  it('and its end are events for the viewer’s other devices, and reading on says what is left', async () => {
    const { ben, id } = await talk('one', 'two', 'three');
    await read(ben, id, 4);
    const desk = chat.listen(await chat.anotherDevice(ben));
    await desk.ready();
    await markUnread(ben, id, 3);
    expect(await desk.nextOf('MembershipSettled')).toMatchObject({
      ...{ conversation: { id, viewerUnreadCount: 3, viewerMarkedUnreadFromSeq: 3 }, unread: { messages: 3 } },
    });
    await read(ben, id, 4);
    expect(await desk.nextOf('MembershipSettled')).toMatchObject({
      ...{ conversation: { id, viewerUnreadCount: 1, viewerMarkedUnreadFromSeq: null }, unread: { messages: 1 } },
    });
    await markUnread(ben, id, 4);
    await read(ben, id, 5);
    expect(await desk.nextOf('ViewerMarkersMoved')).toMatchObject({
      ...{ conversation: { viewerReadSeq: 5, viewerUnreadCount: 0 }, unread: { messages: 0, conversations: 0 } },
    });
  });

  it('is refused before the first entry and beyond the head, and to users who are not members', async () => {
    const { ben, id } = await talk('one');
    const [eve] = await chat.people('eve');
    for (const fromSeq of [0, -1, 4])
      expect(refusals((await markUnread(ben, id, fromSeq)).errors)).toEqual(['INVALID_INPUT input.fromSeq']);
    expect(refusals((await markUnread(eve, id, 1)).errors)).toEqual(['NOT_FOUND input.conversationId']);
  });
});

describe('mentions', () => {
  it('are counted for the mentioned users, also when an edit adds them, until they are read', async () => {
    const { ann, ben, id, said } = await talk('one');
    await read(ben, id, at(said, 0).seq);
    const { seq } = await send(ann, { conversationId: id, mentionIds: [ben.id], mentionsEveryone: true });
    await chat.ask(EditReferenceDocument, { input: { messageId: at(said, 0).id, text: 'one, Ben', mentionIds: [ben.id] } }, ann);
    expect(await view(ben, id)).toMatchObject({
      ...{ viewerUnreadCount: 1, viewerMentionCount: 2, unread: { messages: 1, mentions: 2, conversations: 1, threads: 0, badge: 1 } },
    });
    expect(await view(ann, id)).toMatchObject({ viewerMentionCount: 0, unread: nothing });
    await read(ben, id, seq);
    expect(await view(ben, id)).toMatchObject({ viewerUnreadCount: 0, viewerMentionCount: 1, unread: { mentions: 1, conversations: 1 } });
    await read(ben, id, seq + 1);
    expect(await view(ben, id)).toMatchObject({ viewerMentionCount: 0, unread: nothing });
  });
});

describe('a badge', () => {
  it('counts all messages, mentions only or nothing, by the notification level, and nothing while archived or silent', async () => {
    const { ann, ben, id } = await talk('one', 'two');
    await send(ann, { conversationId: id, mentionIds: [ben.id] });
    const settle = (part: {
      readonly notificationLevel?: 'ALL' | 'MENTIONS' | 'NONE';
      readonly archived?: boolean;
      readonly silentUntil?: string | null;
    }) => chat.ask(UpdateMembershipDocument, { input: { conversationId: id, ...part } }, ben);
    const counted = async () => (await view(ben, id)).unread;
    expect(await counted()).toMatchObject({ messages: 3, badge: 3 });
    await settle({ notificationLevel: 'MENTIONS' });
    expect(await counted()).toMatchObject({ messages: 3, badge: 1 });
    await settle({ notificationLevel: 'NONE' });
    expect(await counted()).toMatchObject({ messages: 3, badge: 0 });
    await settle({ notificationLevel: 'ALL', archived: true });
    expect(await counted()).toMatchObject({ messages: 3, badge: 0 });
    await settle({ archived: false, silentUntil: '2999-01-01T00:00:00Z' });
    expect(await counted()).toMatchObject({ messages: 3, badge: 0 });
    await settle({ silentUntil: new Date(Date.now() + 2_500).toISOString() });
    await expect.poll(counted, { timeout: 10_000 }).toMatchObject({ messages: 3, badge: 3 });
  });
});

describe('reading a thread', () => {
  it('is recorded for its participants, and is an event for their other devices', async () => {
    const { ann, ben, id } = await talk();
    const root = await chat.say(ben, id, 'a question');
    const first = await send(ann, { conversationId: id, threadRootId: root.id });
    const second = await send(ann, { conversationId: id, threadRootId: root.id });
    expect(await view(ben, id)).toMatchObject({ threads: [2], unread: { threads: 2 } });
    expect(await view(ann, id)).toMatchObject({ threads: [], unread: { messages: 1, threads: 0 } });
    const desk = chat.listen(await chat.anotherDevice(ben));
    await desk.ready();
    expect(await readThread(ben, root.id, first.seq)).toEqual({
      message: { id: root.id, viewerThreadUnreadCount: 1 },
      conversation: { id, viewerUnreadCount: 2, viewerMentionCount: 0, viewerMarkedUnreadFromSeq: null },
      unread: { messages: 2, mentions: 0, conversations: 1, threads: 1, badge: 2 },
      errors: [],
    });
    expect(await desk.nextOf('ThreadRead')).toMatchObject({ message: { id: root.id, viewerThreadUnreadCount: 1 }, unread: { threads: 1 } });
    expect(await readThread(ben, second.id, second.seq)).toMatchObject({ message: { id: root.id, viewerThreadUnreadCount: 0 } });
    expect(await view(ben, id)).toMatchObject({ threads: [], viewerUnreadCount: 2 });
  });

  it('is refused beyond the head, and for a message that the viewer does not see', async () => {
    const { ann, id } = await talk();
    const root = await chat.say(ann, id, 'a question');
    const [eve] = await chat.people('eve');
    for (const seq of [4, -1]) expect(refusals((await readThread(ann, root.id, seq)).errors)).toEqual(['INVALID_INPUT input.seq']);
    expect(refusals((await readThread(eve, root.id, 1)).errors)).toEqual(['NOT_FOUND input.messageId']);
  });
});
