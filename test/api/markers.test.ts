import { describe, expect, it } from 'vitest';
import {
  AddMembersDocument,
  ConversationStateDocument,
  MarkDeliveredDocument,
  MarkReadDocument,
  MeDocument,
  MembersDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function read(as: Person, conversationId: string, seq: number) {
  return (await chat.ask(MarkReadDocument, { input: { conversationId, seq } }, as)).markRead;
}

async function deliver(as: Person, conversationId: string, seq: number) {
  return (await chat.ask(MarkDeliveredDocument, { input: { conversationId, seq } }, as)).markDelivered;
}

async function stateOf(as: Person, id: string) {
  return given((await chat.ask(ConversationStateDocument, { id }, as)).conversation, []);
}

/** A member’s two markers, as another member sees them. */
async function markersOf(person: Person, as: Person, id: string) {
  const { conversation } = await chat.ask(MembersDocument, { id }, as);
  const member = given(conversation, []).members.edges.find(({ node }) => node.user.id === person.id)?.node;
  return { deliveredSeq: member?.deliveredSeq, readSeq: member?.readSeq };
}

/** A direct conversation in which Ann has sent Ben a number of messages. */
async function talk(messages: number) {
  const [ann, ben] = await chat.people('ann', 'ben');
  const id = await chat.direct(ann, ben);
  await chat.sayAll(
    ann,
    id,
    Array.from({ length: messages }, (_, n) => `message ${n + 1}`),
  );
  return { ann, ben, id };
}

describe('markRead', () => {
  it('is stored when it returns, with what is left to read', async () => {
    const { ann, ben, id } = await talk(3);
    expect(await read(ben, id, 2)).toEqual({
      conversation: { id, viewerReadSeq: 2, viewerUnreadCount: 1 },
      unread: { messages: 1, conversations: 1 },
      errors: [],
    });
    expect(await stateOf(ben, id)).toMatchObject({ viewerReadSeq: 2, viewerUnreadCount: 1 });
    // A message that is read is delivered too.
    expect(await markersOf(ben, ann, id)).toEqual({ deliveredSeq: 2, readSeq: 2 });
    expect((await read(ben, id, 3)).unread).toEqual({ messages: 0, conversations: 0 });
  });

  it('never moves the marker back: a lower seq changes nothing and is no error', async () => {
    const { ben, id } = await talk(3);
    await read(ben, id, 2);
    for (const seq of [2, 1, 0]) {
      expect(await read(ben, id, seq)).toMatchObject({ conversation: { viewerReadSeq: 2, viewerUnreadCount: 1 }, errors: [] });
    }
  });

  it('ends at the highest of concurrent seqs', async () => {
    const { ben, id } = await talk(5);
    const answers = await Promise.all([3, 1, 5, 2, 4, 5, 1].map((seq) => read(ben, id, seq)));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await stateOf(ben, id)).toMatchObject({ viewerReadSeq: 5, viewerUnreadCount: 0 });
  });

  it('is refused beyond the head and below zero, as markDelivered is', async () => {
    const { ben, id } = await talk(2);
    for (const seq of [3, 2_147_483_647, -1]) {
      for (const mark of [read, deliver]) {
        const payload = await mark(ben, id, seq);
        expect(refusals(payload.errors)).toEqual(['INVALID_INPUT input.seq']);
        expect(payload.conversation).toBeNull();
      }
    }
    expect(await stateOf(ben, id)).toMatchObject({ viewerReadSeq: 0, viewerUnreadCount: 2 });
  });

  it('is refused to strangers with NOT_FOUND as if the conversation did not exist, as markDelivered is', async () => {
    const { id } = await talk(1);
    const [eve] = await chat.people('eve');
    const nowhere = Buffer.from('Conversation:9000000000').toString('base64url');
    for (const mark of [read, deliver]) {
      const absent = await mark(eve, nowhere, 1);
      expect(refusals(absent.errors)).toEqual(['NOT_FOUND input.conversationId']);
      expect(await mark(eve, id, 1)).toEqual(absent);
      expect(await mark(eve, id, 99)).toEqual(absent);
      expect(refusals((await mark(eve, eve.id, 1)).errors)).toEqual(['INVALID_INPUT input.conversationId']);
      expect(refusals((await mark(eve, 'x', 1)).errors)).toEqual(['INVALID_INPUT input.conversationId']);
    }
  });

  it('sends events to the user’s other devices, with what is left to read, and to the other members', async () => {
    const { ann, ben, id } = await talk(2);
    const desk = await chat.anotherDevice(ben);
    const [onDesk, atAnns] = [chat.listen(desk), chat.listen(ann)];
    await Promise.all([onDesk.ready(), atAnns.ready()]);
    await read(ben, id, 1);
    expect(await onDesk.nextOf('ViewerMarkersMoved')).toMatchObject({
      conversation: { id, viewerReadSeq: 1, viewerUnreadCount: 1 },
      unread: { messages: 1, conversations: 1 },
    });
    expect(await atAnns.nextOf('ReceiptMoved')).toMatchObject({
      conversation: { id },
      membership: { user: { id: ben.id }, deliveredSeq: 1, readSeq: 1 },
    });
  });
});

describe('markDelivered', () => {
  it('moves the delivery marker and not the read marker', async () => {
    const { ann, ben, id } = await talk(3);
    expect(await deliver(ben, id, 3)).toMatchObject({
      conversation: { id, viewerMembership: { deliveredSeq: 3, readSeq: 0 } },
      errors: [],
    });
    expect(await deliver(ben, id, 1)).toMatchObject({ conversation: { viewerMembership: { deliveredSeq: 3 } }, errors: [] });
    expect(await markersOf(ben, ann, id)).toEqual({ deliveredSeq: 3, readSeq: 0 });
    expect(await stateOf(ben, id)).toMatchObject({ viewerUnreadCount: 3 });
    // Reading less than what was delivered leaves the delivery marker where it is.
    expect((await read(ben, id, 2)).errors).toEqual([]);
    expect(await markersOf(ben, ann, id)).toEqual({ deliveredSeq: 3, readSeq: 2 });
  });

  it('sends an event to the other members', async () => {
    const { ann, ben, id } = await talk(1);
    const events = chat.listenTo(ann, id);
    await events.ready();
    await deliver(ben, id, 1);
    expect(await events.nextOf('ReceiptMoved')).toMatchObject({ membership: { user: { id: ben.id }, deliveredSeq: 1, readSeq: 0 } });
  });
});

describe('the unread count', () => {
  it('counts messages of others, and neither one’s own nor joins', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const id = await chat.group(ann, ben);
    expect(await stateOf(ben, id)).toMatchObject({ lastSeq: 2, viewerUnreadCount: 0 });
    await chat.say(ann, id, 'one');
    await chat.ask(AddMembersDocument, { input: { groupId: id, userIds: [cat.id] } }, ann);
    await chat.say(ben, id, 'two');
    expect(await stateOf(ben, id)).toMatchObject({ viewerUnreadCount: 1, viewerReadSeq: 0 });
    expect(await stateOf(ann, id)).toMatchObject({ viewerUnreadCount: 1 });
    expect(await stateOf(cat, id)).toMatchObject({ viewerUnreadCount: 1 });
  });

  it('is unchanged by one’s own message, unless everything before it was read', async () => {
    const { ann, ben, id } = await talk(2);
    await chat.say(ben, id, 'an answer to the first');
    expect(await stateOf(ben, id)).toMatchObject({ viewerReadSeq: 0, viewerUnreadCount: 2 });
    await read(ben, id, 3);
    await chat.say(ben, id, 'an answer to all');
    expect(await stateOf(ben, id)).toMatchObject({ viewerReadSeq: 4, viewerUnreadCount: 0 });
    expect(await markersOf(ben, ann, id)).toEqual({ deliveredSeq: 4, readSeq: 4 });
  });

  it('is summed up over all conversations that the viewer is shown', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const ids = [await chat.direct(ann, ben), await chat.group(ann, ben), await chat.group(ann, ben)];
    for (const [n, id] of ids.entries())
      await chat.sayAll(
        ann,
        id,
        Array.from({ length: n + 1 }, () => 'x'),
      );
    await chat.direct(cat, ben);
    const totals = async () => given((await chat.ask(MeDocument, {}, ben)).viewer, []).unread;
    expect(await totals()).toEqual({ messages: 6, conversations: 3 });
    expect((await read(ben, given(ids[1], []), 4)).unread).toEqual({ messages: 4, conversations: 2 });
    expect(await totals()).toEqual({ messages: 4, conversations: 2 });
  });
});
