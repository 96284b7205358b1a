import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import {
  AddMembersDocument,
  ReferencesDocument,
  type SendMessageInput,
  SendReferenceDocument,
  ThreadDocument,
  ThreadOfReplyDocument,
  WatchReferencesDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function send(as: Person, input: Partial<SendMessageInput> & Pick<SendMessageInput, 'conversationId'>) {
  const whole = { clientMessageId: randomUUID(), text: 'in the thread', ...input };
  return (await chat.ask(SendReferenceDocument, { input: whole }, as)).sendMessage;
}

async function reply(as: Person, conversationId: string, threadRootId: string, text = 'in the thread') {
  const { messageEdge, errors } = await send(as, { conversationId, threadRootId, text });
  return given(messageEdge, errors);
}

async function thread(as: Person, rootId: string, page: { readonly first?: number; readonly after?: string } = {}) {
  const { node } = await chat.ask(ThreadDocument, { rootId, ...page }, as);
  return node !== null && 'replies' in node ? node : null;
}

function textsOf(list: { readonly edges: readonly { readonly node: { readonly text: string } }[] } | undefined) {
  return list?.edges.map(({ node }) => node.text);
}

/** Three users, their group, and a thread in it with two replies. */
async function scene() {
  const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
  const conversationId = await chat.group(ann, ben, cat);
  const root = await chat.say(ann, conversationId, 'shall we?');
  const first = await reply(ben, conversationId, root.id, 'yes');
  const beside = await chat.say(cat, conversationId, 'beside it');
  const second = await reply(ann, conversationId, root.id, 'good');
  return { ann, ben, cat, conversationId, root, first, beside, second };
}

describe('a reply in a thread', () => {
  it('is in the conversation and in its thread, and the root counts it', async () => {
    const { ann, cat, conversationId, root, first, second } = await scene();
    const shown = { id: root.id, text: 'shall we?', replyCount: 2 };
    expect(second.node).toMatchObject({ text: 'good', threadRoot: shown, replyTo: null, replyCount: 0 });
    const { conversation } = await chat.ask(ReferencesDocument, { id: conversationId, last: 10 }, cat);
    expect(conversation?.messages.edges.map(({ node }) => [node.text, node.threadRoot, node.replyCount])).toEqual([
      ['shall we?', null, 2],
      ['yes', shown, 0],
      ['beside it', null, 0],
      ['good', shown, 0],
    ]);
    const found = await thread(ann, root.id);
    expect(found?.replyCount).toBe(2);
    expect(found?.replies.edges.map(({ cursor, node }) => [cursor, node.id])).toEqual(
      [first, second].map(({ cursor, node }) => [cursor, node.id]),
    );
  });

  it('can quote its root, another reply, or a message beside the thread', async () => {
    const { ben, conversationId, root, first, beside } = await scene();
    for (const [before, id] of [root.id, first.node.id, beside.id].entries()) {
      const { messageEdge, errors } = await send(ben, { conversationId, threadRootId: root.id, replyToId: id });
      expect(errors).toEqual([]);
      expect(messageEdge?.node).toMatchObject({ replyTo: { id }, threadRoot: { id: root.id, replyCount: 3 + before } });
    }
  });

  it('can be quoted beside the thread, and that message is no reply', async () => {
    const { ben, conversationId, root, first } = await scene();
    const { messageEdge, errors } = await send(ben, { conversationId, replyToId: first.node.id });
    expect(errors).toEqual([]);
    expect(messageEdge?.node).toMatchObject({ replyTo: { id: first.node.id }, threadRoot: null });
    expect((await thread(ben, root.id))?.replyCount).toBe(2);
  });

  it('to a reply is in the same thread', async () => {
    const { ben, conversationId, root, second } = await scene();
    expect((await reply(ben, conversationId, second.node.id)).node.threadRoot).toMatchObject({ id: root.id, replyCount: 3 });
  });

  it('is an event for subscribers, with the current reply count of its root', async () => {
    const { ann, ben, cat, conversationId, root } = await scene();
    const events = subscribe(chat.socket(cat), WatchReferencesDocument, { conversationId });
    await events.next();
    await reply(ann, conversationId, root.id, 'third');
    await reply(ben, conversationId, root.id, 'fourth');
    const counts: (number | undefined)[] = [];
    for (const text of ['third', 'fourth']) {
      const event = (await events.next()).value?.data?.conversationEvents;
      if (event?.__typename !== 'MessageSent') throw new Error(`${event?.__typename} came instead`);
      expect(event.messageEdge?.node).toMatchObject({ text, threadRoot: { id: root.id } });
      counts.push(event.messageEdge?.node.threadRoot?.replyCount);
    }
    expect(counts[0]).toBeGreaterThanOrEqual(3);
    expect(counts[1]).toBe(4);
  });

  it('is refused for a thread root that its sender does not see, or that is not a message', async () => {
    const { ann, conversationId, root, first } = await scene();
    const [dan] = await chat.people('dan');
    await chat.ask(AddMembersDocument, { input: { groupId: conversationId, userIds: [dan.id] } }, ann);
    const elsewhere = await chat.say(ann, await chat.group(ann, dan), 'elsewhere');
    const raw = Buffer.from(conversationId, 'base64url').toString().split(':')[1];
    const absent = [`Message:${raw}:1`, `Message:${raw}:999`].map((id) => Buffer.from(id).toString('base64url'));
    const last = await chat.say(ann, conversationId, 'last');
    for (const threadRootId of [root.id, first.node.id, elsewhere.id, ...absent]) {
      const { messageEdge, errors } = await send(dan, { conversationId, threadRootId });
      expect([messageEdge, refusals(errors)]).toEqual([null, ['NOT_FOUND input.threadRootId']]);
    }
    for (const threadRootId of ['x', '', conversationId, dan.id]) {
      expect(refusals((await send(dan, { conversationId, threadRootId })).errors)).toEqual(['INVALID_INPUT input.threadRootId']);
    }
    expect((await chat.say(ann, conversationId, 'later')).seq).toBe(last.seq + 1);
  });
});

describe('replies', () => {
  it('are listed in the order in which they were sent, in pages whose flags are right', async () => {
    const { ben, conversationId, root } = await scene();
    for (const text of ['three', 'four', 'five']) await reply(ben, conversationId, root.id, text);
    const one = await thread(ben, root.id, { first: 2 });
    expect([textsOf(one?.replies), one?.replies.pageInfo.hasNextPage, one?.replies.pageInfo.hasPreviousPage]).toEqual([
      ['yes', 'good'],
      true,
      false,
    ]);
    const two = await thread(ben, root.id, { first: 3, after: one?.replies.pageInfo.endCursor ?? '' });
    expect([textsOf(two?.replies), two?.replies.pageInfo.hasNextPage, two?.replies.pageInfo.hasPreviousPage]).toEqual([
      ['three', 'four', 'five'],
      false,
      true,
    ]);
  });

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ after: 'x' }, 'after'],
  ])('are refused for %j', async (page, argument) => {
    const { ann, root } = await scene();
    const { errors } = await chat.post(ThreadDocument, { rootId: root.id, ...page }, ann);
    expect(refusals(errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
  });

  it('show a newcomer the replies since their joining, and the root through these but not by its id', async () => {
    const { ann, conversationId, root } = await scene();
    const [dan] = await chat.people('dan');
    await chat.ask(AddMembersDocument, { input: { groupId: conversationId, userIds: [dan.id] } }, ann);
    const third = await reply(ann, conversationId, root.id, 'third');
    expect(await thread(dan, root.id)).toBeNull();
    const { node } = await chat.ask(ThreadOfReplyDocument, { replyId: third.node.id }, dan);
    const seen = node !== null && 'threadRoot' in node ? node.threadRoot : null;
    expect(seen).toMatchObject({ id: root.id, text: 'shall we?', replyCount: 3 });
    expect(textsOf(seen?.replies)).toEqual(['third']);
    // A newcomer may reply in a thread that they are shown.
    await reply(dan, conversationId, root.id, 'fourth');
    expect(textsOf((await thread(ann, root.id))?.replies)).toEqual(['yes', 'good', 'third', 'fourth']);
  });

  it('of a message without any are an empty page', async () => {
    const { ben, first } = await scene();
    const found = await thread(ben, first.node.id);
    expect([found?.replyCount, textsOf(found?.replies), found?.replies.pageInfo.hasNextPage]).toEqual([0, [], false]);
  });
});
