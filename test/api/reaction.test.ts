import { describe, expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import {
  AddMembersDocument,
  AddReactionDocument,
  QuotedThoughtDocument,
  ReactionByIdDocument,
  RemoveMemberDocument,
  RemoveReactionDocument,
  SendMessageDocument,
  ThoughtsDocument,
  WatchThoughtsDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world({ MAX_REACTIONS: '3' });

const add = async (as: Person, messageId: string, emoji: string) =>
  (await chat.ask(AddReactionDocument, { input: { messageId, emoji } }, as)).addReaction;

const remove = async (as: Person, messageId: string, emoji: string) =>
  (await chat.ask(RemoveReactionDocument, { input: { messageId, emoji } }, as)).removeReaction;

/** A reaction by its id, or null if the user may not see it or nobody reacts with it. */
async function reaction(as: Person, id: string, page: { readonly first?: number; readonly after?: string | null } = {}) {
  const { node } = await chat.ask(ReactionByIdDocument, { id, ...page }, as);
  return node?.__typename === 'Reaction' ? node : null;
}

async function thoughts(as: Person, id: string) {
  const { conversation } = await chat.ask(ThoughtsDocument, { id, last: 50 }, as);
  return given(conversation, []).messages.edges.map(({ node }) => node);
}

/** Three users, their group, and a message of Ann’s there. */
async function scene() {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  const group = await chat.group(ann, ben, cat);
  return { ann, ben, cat, group, message: await chat.say(ann, group, 'what do you think?') };
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}

describe('a reaction', () => {
  it('is returned with the current message, and all members see it, each with their own reactions', async () => {
    const { ann, ben, cat, group, message } = await scene();
    await add(ben, message.id, '👍');
    await add(cat, message.id, '❤\ufe0f');
    const { message: reacted, errors } = await add(cat, message.id, '👍');
    expect(errors).toEqual([]);
    const reactions = [
      { id: expect.any(String), emoji: '👍', count: 2 },
      { id: expect.any(String), emoji: '❤\ufe0f', count: 1 },
    ];
    expect(reacted).toEqual({ id: message.id, seq: message.seq, reactions, viewerReactions: ['❤\ufe0f', '👍'] });
    for (const [who, viewerReactions] of [
      [ann, []],
      [ben, ['👍']],
      [cat, ['❤\ufe0f', '👍']],
    ] as const) {
      expect(await thoughts(who, group)).toEqual([{ id: message.id, seq: message.seq, reactions: reacted?.reactions, viewerReactions }]);
    }
  });

  it('is the same with and without the variation selector of the emoji', async () => {
    const { ben, cat, message } = await scene();
    await add(ben, message.id, '❤\ufe0f');
    const { message: reacted, errors } = await add(cat, message.id, '❤');
    expect(errors).toEqual([]);
    expect(reacted).toMatchObject({ reactions: [{ emoji: '❤\ufe0f', count: 2 }], viewerReactions: ['❤\ufe0f'] });
    expect((await remove(cat, message.id, '❤')).message).toMatchObject({
      reactions: [{ emoji: '❤\ufe0f', count: 1 }],
      viewerReactions: [],
    });
  });

  it('that is repeated, or removed twice, returns the same payload', async () => {
    const { ben, message } = await scene();
    const once = await add(ben, message.id, '👍');
    expect(await add(ben, message.id, '👍')).toEqual(once);
    const back = await remove(ben, message.id, '👍');
    expect(back).toEqual({ message: { id: message.id, seq: message.seq, reactions: [], viewerReactions: [] }, errors: [] });
    expect(await remove(ben, message.id, '👍')).toEqual(back);
  });

  it('is an event for subscribers, with the current message', async () => {
    const { ann, ben, cat, group, message } = await scene();
    const events = subscribe(chat.socket(ann), WatchThoughtsDocument, { conversationId: group });
    await events.next();
    await add(ben, message.id, '👍');
    await add(cat, message.id, '👍');
    await add(cat, message.id, '👍');
    await remove(ben, message.id, '👍');
    const told: unknown[] = [];
    for (let n = 1; n <= 3; n += 1) told.push((await events.next()).value?.data?.conversationEvents);
    expect(told).toMatchObject([
      { __typename: 'ReactionsChanged', seq: message.seq + 1, actor: { id: ben.id }, emoji: '👍', added: true },
      { __typename: 'ReactionsChanged', seq: message.seq + 2, actor: { id: cat.id }, emoji: '👍', added: true },
      { seq: message.seq + 3, actor: { id: ben.id }, emoji: '👍', added: false, message: { reactions: [{ emoji: '👍', count: 1 }] } },
    ]);
  });

  it('is a node that keeps its id, and is null while nobody reacts with it', async () => {
    const { ann, ben, cat, message } = await scene();
    const id = given((await add(ben, message.id, '👍')).message?.reactions[0], []).id;
    expect(await reaction(ann, id)).toMatchObject({ id, emoji: '👍', count: 1 });
    await remove(ben, message.id, '👍');
    expect(await reaction(ann, id)).toBeNull();
    expect((await add(cat, message.id, '👍')).message?.reactions[0]?.id).toBe(id);
    expect(await reaction(ann, id)).toMatchObject({ count: 1, users: { edges: [{ node: { id: cat.id } }] } });
  });

  it('lists its users in pages', async () => {
    const { ann, ben, cat, message } = await scene();
    for (const who of [cat, ann, ben]) await add(who, message.id, '👍');
    const id = given((await add(ben, message.id, '👍')).message?.reactions[0], []).id;
    const all = await reaction(ben, id);
    expect(all?.users.edges.map(({ node }) => node.id)).toEqual([ann, ben, cat].map((who) => who.id).toSorted(byNumber));
    expect(all?.users.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    const first = await reaction(ben, id, { first: 2 });
    expect(first?.users.edges).toEqual(all?.users.edges.slice(0, 2));
    expect(first?.users.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const rest = await reaction(ben, id, { first: 2, after: first?.users.pageInfo.endCursor ?? null });
    expect(rest?.users.edges).toEqual(all?.users.edges.slice(2));
    expect(rest?.users.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ after: 'x' }, 'after'],
    [{ after: encoded('seq@1') }, 'after'],
  ])('refuses a page of users by %j', async (page, argument) => {
    const { ben, message } = await scene();
    const id = given((await add(ben, message.id, '👍')).message?.reactions[0], []).id;
    const { errors } = await chat.post(ReactionByIdDocument, { id, ...page }, ben);
    expect(refusals(errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
  });
});

/** The numbers in user ids grow in the order of sign-up. */
function byNumber(one: string, other: string): number {
  const number = (id: string) => Number(Buffer.from(id, 'base64url').toString().split(':')[1]);
  return number(one) - number(other);
}

describe('reacting refuses', () => {
  it.each([
    ['nothing', ''],
    ['a letter', 'a'],
    ['two emojis', '👍👍'],
    ['an emoji and more', '👍!'],
    ['white space', ' '],
    ['control characters', '\u0000\u0007'],
    ['half a character', '\ud83d'],
    ['a right-to-left override', '\u202e👍'],
    ['a text without an end', '👍'.repeat(100_000)],
  ])('%s as an emoji, and nothing is stored', async (_, emoji) => {
    const { ben, group, message } = await scene();
    for (const act of [add, remove]) {
      const { message: shown, errors } = await act(ben, message.id, emoji);
      expect([shown, refusals(errors)]).toEqual([null, ['INVALID_INPUT input.emoji']]);
    }
    expect((await chat.say(ben, group, 'later')).seq).toBe(message.seq + 1);
  });

  it('another emoji beyond MAX_REACTIONS on a message', async () => {
    const { ann, ben, message } = await scene();
    for (const emoji of ['👍', '🎉', '😀']) await add(ann, message.id, emoji);
    expect(refusals((await add(ben, message.id, '🧡')).errors)).toEqual(['LIMIT_REACHED input.emoji']);
    expect(refusals((await add(ben, message.id, '🎉')).errors)).toEqual([]);
  });

  it('an id that is not of a message, or of one that does not exist', async () => {
    const { ann, group, message } = await scene();
    for (const messageId of ['x', '', group, ann.id, encoded('Message:1'), 'A'.repeat(10_000)]) {
      expect(refusals((await add(ann, messageId, '👍')).errors)).toEqual(['INVALID_INPUT input.messageId']);
    }
    const [, key] = Buffer.from(message.id, 'base64url').toString().split(/:(.*)/);
    const [conversation, seq] = (key ?? '').split(':');
    for (const absent of [`Message:${conversation}:1`, `Message:${conversation}:99`, `Message:9000000000:${seq}`]) {
      expect(refusals((await add(ann, encoded(absent), '👍')).errors)).toEqual(['NOT_FOUND input.messageId']);
    }
  });
});

describe('a user who does not see a message', () => {
  it('can neither react to it nor see its reactions', async () => {
    const { ann, ben, cat, group, message } = await scene();
    const [dan, eve] = await chat.people('dan', 'eve');
    const id = given((await add(ben, message.id, '👍')).message?.reactions[0], []).id;
    await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [dan.id] } }, ann);
    await chat.ask(RemoveMemberDocument, { input: { groupId: group, userId: cat.id } }, ann);
    for (const stranger of [dan, eve, cat]) {
      expect(refusals((await add(stranger, message.id, '👍')).errors)).toEqual(['NOT_FOUND input.messageId']);
      expect(refusals((await remove(stranger, message.id, '👍')).errors)).toEqual(['NOT_FOUND input.messageId']);
      expect(await reaction(stranger, id)).toBeNull();
    }
    expect((await thoughts(ben, group))[0]?.reactions).toMatchObject([{ count: 1 }]);
  });

  it('sees the reactions where the message is quoted to them', async () => {
    const { ann, ben, group, message } = await scene();
    await add(ben, message.id, '👍');
    const [dan] = await chat.people('dan');
    await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [dan.id] } }, ann);
    const input = { conversationId: group, clientMessageId: 'an answer', text: 'good', replyToId: message.id };
    const { sendMessage } = await chat.ask(SendMessageDocument, { input }, ann);
    const answer = given(sendMessage.messageEdge, sendMessage.errors).node;
    const { node } = await chat.ask(QuotedThoughtDocument, { id: answer.id }, dan);
    expect(node).toMatchObject({ replyTo: { id: message.id, reactions: [{ emoji: '👍', count: 1 }], viewerReactions: [] } });
  });
});
