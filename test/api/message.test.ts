import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AddMembersDocument,
  ConversationStateDocument,
  HistoryDocument,
  RemoveMemberDocument,
  SendMessageDocument,
  type SendMessageInput,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world({ MAX_MESSAGE_LENGTH: '100' });

async function send(as: Person, input: Partial<SendMessageInput> & Pick<SendMessageInput, 'conversationId'>) {
  const whole = { clientMessageId: randomUUID(), text: 'hello', ...input };
  return (await chat.ask(SendMessageDocument, { input: whole }, as)).sendMessage;
}

async function textsIn(as: Person, id: string): Promise<readonly string[]> {
  const { conversation } = await chat.ask(HistoryDocument, { id, last: 100 }, as);
  return given(conversation, []).messages.edges.map(({ node }) => node.text);
}

/** Two users and their direct conversation. */
async function pair() {
  const [ann, ben] = await chat.people('ann', 'ben');
  return { ann, ben, conversationId: await chat.direct(ann, ben) };
}

describe('a message', () => {
  it('is returned with its seq, and with the cursor that it has in every list', async () => {
    const { ann, conversationId } = await pair();
    const clientMessageId = randomUUID();
    const { messageEdge, errors } = await send(ann, { conversationId, clientMessageId, text: 'hello', replyToId: null });
    expect(errors).toEqual([]);
    expect(messageEdge?.node).toMatchObject({ seq: 1, text: 'hello', clientMessageId, replyTo: null });
    expect(Math.abs(Date.parse(messageEdge?.node.sentAt ?? '') - Date.now())).toBeLessThan(60_000);
    const { conversation } = await chat.ask(HistoryDocument, { id: conversationId }, ann);
    expect(conversation?.messages.edges).toMatchObject([{ cursor: messageEdge?.cursor, node: { id: messageEdge?.node.id } }]);
  });

  it.each([
    ' \n hello \t ',
    'e\u0301',
    '👩‍👩‍👧‍👦',
    'a\r\nb',
    '\u202eabc',
    "'; DROP TABLE Message; --",
  ])('keeps its text exactly: %j', async (text) => {
    const { ann, ben, conversationId } = await pair();
    await send(ann, { conversationId, text });
    expect(await textsIn(ben, conversationId)).toEqual([text]);
  });

  it.each(['', ' ', '\n\t ', '\u200b', '\u3000', '\u00ad\u2060'])('is refused if it is blank: %j', async (text) => {
    const { ann, conversationId } = await pair();
    const payload = await send(ann, { conversationId, text });
    expect(refusals(payload.errors)).toEqual(['INVALID_INPUT input.text']);
    expect(payload.messageEdge).toBeNull();
    expect(await textsIn(ann, conversationId)).toEqual([]);
  });

  it.each(['a\0b', 'a\ud800b', '\udc00'])('is refused if a database could not store it exactly: %j', async (text) => {
    const { ann, conversationId } = await pair();
    expect(refusals((await send(ann, { conversationId, text })).errors)).toEqual(['INVALID_INPUT input.text']);
  });

  it('can be as long as the limit in code points, however many code units they take', async () => {
    const { ann, ben, conversationId } = await pair();
    for (const letter of ['x', 'é', '一', '👍']) {
      expect(refusals((await send(ann, { conversationId, text: letter.repeat(100) })).errors)).toEqual([]);
      expect(refusals((await send(ann, { conversationId, text: letter.repeat(101) })).errors)).toEqual(['INVALID_INPUT input.text']);
    }
    expect(await textsIn(ben, conversationId)).toEqual(['x', 'é', '一', '👍'].map((letter) => letter.repeat(100)));
  });

  it.each(['', 'ä', 'a\nb', 'x'.repeat(65), 'ends in a space '])('is refused with the clientMessageId %j', async (clientMessageId) => {
    const { ann, conversationId } = await pair();
    expect(refusals((await send(ann, { conversationId, clientMessageId })).errors)).toEqual(['INVALID_INPUT input.clientMessageId']);
  });

  it('is refused for a conversation of others with NOT_FOUND, as if it did not exist', async () => {
    const { ann, conversationId } = await pair();
    const [eve] = await chat.people('eve');
    const nowhere = Buffer.from('Conversation:9000000000').toString('base64url');
    const absent = await send(eve, { conversationId: nowhere });
    expect(refusals(absent.errors)).toEqual(['NOT_FOUND input.conversationId']);
    expect(await send(eve, { conversationId })).toEqual(absent);
    // An account is a stream too, but not a conversation.
    const account = Buffer.from(`Conversation:${Buffer.from(ann.id, 'base64url').toString().split(':')[1]}`).toString('base64url');
    expect(await send(eve, { conversationId: account })).toEqual(absent);
    for (const malformed of ['x', eve.id, '']) {
      expect(refusals((await send(eve, { conversationId: malformed })).errors)).toEqual(['INVALID_INPUT input.conversationId']);
    }
  });

  it('is refused to the other user of a direct conversation until it is shown to them', async () => {
    const { ben, conversationId } = await pair();
    // Nobody has written to Ben yet: for him there is no such conversation.
    expect(refusals((await send(ben, { conversationId })).errors)).toEqual(['NOT_FOUND input.conversationId']);
  });
});

describe('a message sent again with its clientMessageId', () => {
  it('is the first message, however often it is sent, and other users may use the same id', async () => {
    const { ann, ben, conversationId } = await pair();
    const request = { conversationId, clientMessageId: 'once', text: 'hello' };
    const first = await send(ann, request);
    await send(ann, { conversationId, text: 'something else' });
    expect(await send(ann, request)).toEqual(first);
    expect(refusals((await send(ben, request)).errors)).toEqual([]);
    expect(await textsIn(ann, conversationId)).toEqual(['hello', 'something else', 'hello']);
  });

  it('is stored once if twenty requests arrive at once', async () => {
    const { ann, ben, conversationId } = await pair();
    const request = { conversationId, clientMessageId: 'once', text: 'hello' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(ann, request)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.messageEdge?.node.seq).toBe(1);
    expect(await textsIn(ben, conversationId)).toEqual(['hello']);
  });

  it('is stored once if twenty requests arrive at once in two conversations, and those of the other conversation conflict', async () => {
    const { ann, conversationId } = await pair();
    const other = await chat.group(ann);
    const places = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? conversationId : other));
    const answers = await Promise.all(places.map((id) => send(ann, { conversationId: id, clientMessageId: 'once', text: 'hello' })));
    const stored = new Set(answers.flatMap(({ messageEdge }) => (messageEdge === null ? [] : [messageEdge.node.id])));
    expect(stored.size).toBe(1);
    const refused = answers.filter(({ messageEdge }) => messageEdge === null);
    expect(refused.length).toBe(10);
    for (const { errors } of refused) expect(refusals(errors)).toEqual(['CONFLICT input.clientMessageId']);
    expect([...(await textsIn(ann, conversationId)), ...(await textsIn(ann, other))]).toEqual(['hello']);
  });

  it('is a conflict if anything in it differs, and nothing is stored', async () => {
    const { ann, conversationId } = await pair();
    const first = await chat.say(ann, conversationId, 'a first one');
    const elsewhere = await chat.group(ann);
    const request = { conversationId, clientMessageId: 'once', text: 'hello' };
    await send(ann, request);
    for (const change of [{ text: 'hello ' }, { text: 'Hello' }, { replyToId: first.id }, { conversationId: elsewhere }]) {
      const payload = await send(ann, { ...request, ...change });
      expect(refusals(payload.errors)).toEqual(['CONFLICT input.clientMessageId']);
      expect(payload.messageEdge).toBeNull();
    }
    expect(await textsIn(ann, conversationId)).toEqual(['a first one', 'hello']);
    expect(await textsIn(ann, elsewhere)).toEqual([]);
  });

  it('is another message if the ids differ in case or spaces', async () => {
    const { ann, conversationId } = await pair();
    const keys = ['abc', 'ABC', 'abc ~', ' abc'];
    for (const clientMessageId of keys)
      expect(refusals((await send(ann, { conversationId, clientMessageId, text: clientMessageId })).errors)).toEqual([]);
    expect(await textsIn(ann, conversationId)).toEqual(keys);
  });

  it('is still returned to a removed member, and a refused one can be sent later', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const conversationId = await chat.group(ann, ben);
    const stored = { conversationId, clientMessageId: 'stored', text: 'hello' };
    const refused = { conversationId, clientMessageId: 'refused', text: 'hello again' };
    const first = await send(ben, stored);
    await chat.ask(RemoveMemberDocument, { input: { groupId: conversationId, userId: ben.id } }, ann);
    expect(refusals((await send(ben, refused)).errors)).toEqual(['NOT_FOUND input.conversationId']);
    expect(await send(ben, stored)).toEqual(first);
    await chat.ask(AddMembersDocument, { input: { groupId: conversationId, userIds: [ben.id] } }, ann);
    expect(refusals((await send(ben, refused)).errors)).toEqual([]);
  });
});

describe('a reply', () => {
  it('shows the message that it replies to', async () => {
    const { ann, ben, conversationId } = await pair();
    const first = await chat.say(ann, conversationId, 'a question');
    const { messageEdge, errors } = await send(ben, { conversationId, text: 'an answer', replyToId: first.id });
    expect(errors).toEqual([]);
    expect(messageEdge?.node.replyTo).toEqual({ id: first.id });
  });

  it('is refused for a message of another conversation, from before one’s joining, or that does not exist', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const group = await chat.group(ann, ben);
    const elsewhere = await chat.say(ann, await chat.direct(ann, ben), 'between us');
    const before = await chat.say(ann, group, 'before');
    await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [cat.id] } }, ann);
    const raw = Buffer.from(group, 'base64url').toString().split(':')[1];
    const absent = [Buffer.from(`Message:${raw}:1`), Buffer.from(`Message:${raw}:999`)].map((id) => id.toString('base64url'));
    for (const replyToId of [elsewhere.id, before.id, ...absent]) {
      expect(refusals((await send(cat, { conversationId: group, replyToId })).errors)).toEqual(['NOT_FOUND input.replyToId']);
    }
    for (const replyToId of ['x', group, cat.id]) {
      expect(refusals((await send(cat, { conversationId: group, replyToId })).errors)).toEqual(['INVALID_INPUT input.replyToId']);
    }
    expect(await textsIn(cat, group)).toEqual([]);
  });
});

describe('many concurrent messages', () => {
  it('get consecutive seqs without a gap', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const conversationId = await chat.group(ann, ben, cat);
    const sent = await Promise.all(
      Array.from({ length: 45 }, (_, n) => chat.say(given([ann, ben, cat][n % 3], []), conversationId, `message ${n}`)),
    );
    expect(sent.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 45 }, (_, n) => n + 4));
    expect(new Set(await textsIn(ben, conversationId))).toEqual(new Set(Array.from({ length: 45 }, (_, n) => `message ${n}`)));
    const { conversation } = await chat.ask(ConversationStateDocument, { id: conversationId }, ann);
    expect(conversation?.lastSeq).toBe(48);
  });
});
