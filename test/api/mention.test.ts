import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  EditReferenceDocument,
  ReferencesDocument,
  RemoveMemberDocument,
  type SendMessageInput,
  SendReferenceDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { type Person, world } from '../support/world.ts';

const chat = world();

async function send(as: Person, input: Partial<SendMessageInput> & Pick<SendMessageInput, 'conversationId'>) {
  const whole = { clientMessageId: randomUUID(), text: 'you there', ...input };
  return (await chat.ask(SendReferenceDocument, { input: whole }, as)).sendMessage;
}

/** Three users and their group. */
async function scene() {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  return { ann, ben, cat, conversationId: await chat.group(ann, ben, cat) };
}

describe('a message that mentions users', () => {
  it('shows its mentions to everybody, in the order in which they were given', async () => {
    const { ann, ben, cat, conversationId } = await scene();
    const { messageEdge, errors } = await send(ben, { conversationId, mentionIds: [cat.id, ann.id, cat.id] });
    expect(errors).toEqual([]);
    const mentions = [cat, ann].map(({ id, handle }) => ({ id, handle }));
    expect(messageEdge?.node).toMatchObject({ mentions, mentionsEveryone: false });
    const { conversation } = await chat.ask(ReferencesDocument, { id: conversationId, last: 1 }, ann);
    expect(conversation?.messages.edges).toMatchObject([{ node: { mentions, mentionsEveryone: false } }]);
  });

  it('still shows a mentioned user who has left', async () => {
    const { ann, ben, conversationId } = await scene();
    await send(ann, { conversationId, mentionIds: [ben.id] });
    await chat.ask(RemoveMemberDocument, { input: { groupId: conversationId, userId: ben.id } }, ann);
    const { conversation } = await chat.ask(ReferencesDocument, { id: conversationId, last: 1 }, ann);
    expect(conversation?.messages.edges[0]?.node.mentions).toEqual([{ id: ben.id, handle: ben.handle }]);
  });

  it('mentions nobody if the list is empty, null or absent', async () => {
    const { ann, conversationId } = await scene();
    const nobody = { mentions: [], mentionsEveryone: false };
    for (const mentionIds of [[], null, undefined]) {
      expect((await send(ann, { conversationId, mentionIds, mentionsEveryone: null })).messageEdge?.node).toMatchObject(nobody);
    }
  });

  it('is refused, and not stored, if a mentioned user is not a member or does not exist', async () => {
    const { ann, ben, conversationId } = await scene();
    const [eve] = await chat.people('eve');
    const absent = Buffer.from('User:9000000000').toString('base64url');
    for (const stranger of [eve.id, absent]) {
      const { messageEdge, errors } = await send(ann, { conversationId, mentionIds: [ben.id, stranger] });
      expect([messageEdge, refusals(errors)]).toEqual([null, ['NOT_FOUND input.mentionIds.1']]);
    }
    for (const malformed of ['x', '', conversationId]) {
      const { errors } = await send(ann, { conversationId, mentionIds: [ben.id, malformed] });
      expect(refusals(errors)).toEqual(['INVALID_INPUT input.mentionIds.1']);
    }
    expect(refusals((await send(ann, { conversationId, mentionIds: Array(51).fill(ben.id) })).errors)).toEqual([
      'INVALID_INPUT input.mentionIds',
    ]);
    const { conversation } = await chat.ask(ReferencesDocument, { id: conversationId, last: 5 }, ann);
    expect(conversation?.messages.edges).toEqual([]);
  });
});

describe('mentioning everyone', () => {
  it('is allowed to admins only in a new group', async () => {
    const { ann, ben, conversationId } = await scene();
    expect((await send(ann, { conversationId, mentionsEveryone: true })).messageEdge?.node).toMatchObject({ mentionsEveryone: true });
    const { messageEdge, errors } = await send(ben, { conversationId, mentionsEveryone: true });
    expect([messageEdge, refusals(errors)]).toEqual([null, ['FORBIDDEN input.mentionsEveryone']]);
  });

  it('is allowed to both users in a direct conversation', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const conversationId = await chat.direct(ann, ben);
    for (const one of [ann, ben]) {
      expect((await send(one, { conversationId, mentionsEveryone: true })).messageEdge?.node).toMatchObject({ mentionsEveryone: true });
    }
  });
});

it('with other mentions, the same clientMessageId is another request', async () => {
  const { ann, ben, cat, conversationId } = await scene();
  const request = { conversationId, clientMessageId: 'once', mentionIds: [ben.id, cat.id] };
  const first = await send(ann, request);
  expect(await send(ann, { ...request, mentionIds: [cat.id, ben.id], mentionsEveryone: false })).toEqual(first);
  for (const change of [{ mentionIds: [ben.id] }, { mentionIds: null }, { mentionsEveryone: true }]) {
    expect(refusals((await send(ann, { ...request, ...change })).errors)).toEqual(['CONFLICT input.clientMessageId']);
  }
});

describe('an edit', () => {
  async function edited(change: { readonly mentionIds?: readonly string[] | null; readonly mentionsEveryone?: boolean | null }) {
    const { ann, ben, cat, conversationId } = await scene();
    const { messageEdge } = await send(ann, { conversationId, mentionIds: [ben.id], mentionsEveryone: true });
    const input = { messageId: messageEdge?.node.id ?? '', text: 'you there, still', ...change };
    const { editMessage } = await chat.ask(EditReferenceDocument, { input }, ann);
    const named = new Map([ann, ben, cat].map(({ id, handle }) => [id, handle.split('.')[0]]));
    return {
      errors: refusals(editMessage.errors),
      mentions: editMessage.message?.mentions.map(({ id }) => named.get(id)),
      everyone: editMessage.message?.mentionsEveryone,
    };
  }

  it('keeps the mentions that it does not name', async () => {
    expect(await edited({})).toEqual({ errors: [], mentions: ['ben'], everyone: true });
    expect(await edited({ mentionIds: [] })).toEqual({ errors: [], mentions: [], everyone: true });
    expect(await edited({ mentionsEveryone: false })).toEqual({ errors: [], mentions: ['ben'], everyone: false });
  });

  it('clears the mentions that it sets to null', async () => {
    expect(await edited({ mentionIds: null, mentionsEveryone: null })).toEqual({ errors: [], mentions: [], everyone: false });
  });

  it('replaces the mentions with other members', async () => {
    const { ann, ben, cat, conversationId } = await scene();
    const { messageEdge } = await send(ann, { conversationId, mentionIds: [ben.id] });
    const messageId = messageEdge?.node.id ?? '';
    async function edit(mentionIds: readonly string[]) {
      return (await chat.ask(EditReferenceDocument, { input: { messageId, text: 'you there', mentionIds } }, ann)).editMessage;
    }
    const [eve] = await chat.people('eve');
    expect(refusals((await edit([cat.id, eve.id])).errors)).toEqual(['NOT_FOUND input.mentionIds.1']);
    expect(refusals((await edit([cat.id, 'x'])).errors)).toEqual(['INVALID_INPUT input.mentionIds.1']);
    const { message, errors } = await edit([cat.id]);
    expect([message?.mentions.map(({ id }) => id), refusals(errors)]).toEqual([[cat.id], []]);
    const { conversation } = await chat.ask(ReferencesDocument, { id: conversationId, last: 1 }, ben);
    expect(conversation?.messages.edges).toMatchObject([{ node: { mentions: [{ id: cat.id }] } }]);
  });
});
