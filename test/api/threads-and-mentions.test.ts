import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AddMembersDocument,
  EditReferenceDocument,
  LeaveGroupDocument,
  MarkReadDocument,
  MarkThreadReadDocument,
  MentionsDocument,
  type MentionsQueryVariables,
  type SendMessageInput,
  SendReferenceDocument,
  ThreadsDocument,
  type ThreadsQueryVariables,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function send(as: Person, input: Partial<SendMessageInput> & Pick<SendMessageInput, 'conversationId'>) {
  const { messageEdge, errors } = (
    await chat.ask(SendReferenceDocument, { input: { clientMessageId: randomUUID(), text: 'said', ...input } }, as)
  ).sendMessage;
  return given(messageEdge, errors).node;
}

async function threads(as: Person, variables: ThreadsQueryVariables = {}) {
  const viewer = given((await chat.ask(ThreadsDocument, variables, as)).viewer, []);
  const { edges, pageInfo } = viewer.threads;
  const rows = edges.map(({ node, lastReply }) => [node.text, lastReply.text, node.viewerThreadUnreadCount]);
  return { rows, pageInfo, waiting: viewer.unread.threads };
}

async function mentions(as: Person, variables: MentionsQueryVariables) {
  const conversation = given((await chat.ask(MentionsDocument, variables, as)).conversation, []);
  const { edges, pageInfo } = conversation.viewerMentions;
  return { texts: edges.map(({ node }) => node.text), pageInfo, count: conversation.viewerMentionCount };
}

/** Two groups of Ann and Ben, in which Ben has replied to each of three messages of Ann’s. */
async function scene() {
  const [ann, ben] = await chat.people('ann', 'ben');
  const [here, there] = [await chat.group(ann, ben), await chat.group(ann, ben)];
  const roots = [await chat.say(ann, here, 'one'), await chat.say(ann, there, 'two'), await chat.say(ann, here, 'three')] as const;
  for (const [at, { id }] of roots.entries()) {
    await send(ben, { conversationId: at === 1 ? there : here, threadRootId: id, text: `to ${at + 1}` });
  }
  return { ann, ben, here, there, roots };
}

describe('the viewer’s threads', () => {
  it('are ordered by their newest reply, over all conversations, each with that reply and its unread count', async () => {
    const { ann, ben, here, roots } = await scene();
    const before = [
      ['three', 'to 3', 1],
      ['two', 'to 2', 1],
      ['one', 'to 1', 1],
    ];
    expect(await threads(ann)).toMatchObject({ rows: before, waiting: 3 });
    expect((await threads(ben)).rows).toEqual(before.map(([root, reply]) => [root, reply, 0]));
    await send(ben, { conversationId: here, threadRootId: roots[0].id, text: 'and more' });
    expect(await threads(ann)).toMatchObject({ rows: [['one', 'and more', 2], before[0], before[1]], waiting: 4 });
  });

  it('are listed in pages, and a thread that moves up meanwhile is not repeated', async () => {
    const { ann, ben, here, roots } = await scene();
    const page = await threads(ann, { first: 2 });
    expect(page).toMatchObject({
      rows: [['three'], ['two']].map(([text]) => [text, expect.anything(), 1]),
      pageInfo: { hasNextPage: true },
    });
    await send(ben, { conversationId: here, threadRootId: roots[2].id, text: 'and more' });
    const rest = await threads(ann, { first: 2, after: page.pageInfo.endCursor ?? '' });
    expect(rest).toMatchObject({ rows: [['one', 'to 1', 1]], pageInfo: { hasNextPage: false, hasPreviousPage: true } });
  });

  it('can be filtered by unread and by conversation', async () => {
    const { ann, here, there, roots } = await scene();
    await chat.ask(MarkThreadReadDocument, { input: { messageId: roots[2].id, seq: roots[2].seq + 2 } }, ann);
    expect(await threads(ann, { unread: true })).toMatchObject({
      rows: [
        ['two', 'to 2', 1],
        ['one', 'to 1', 1],
      ],
      waiting: 2,
    });
    expect((await threads(ann, { unread: false })).rows).toEqual([['three', 'to 3', 0]]);
    expect((await threads(ann, { conversationId: there })).rows).toEqual([['two', 'to 2', 1]]);
    expect((await threads(ann, { conversationId: here, unread: true })).rows).toEqual([['one', 'to 1', 1]]);
  });

  it('contain none of conversations that were left or are of others, and show roots from before the viewer joined', async () => {
    const { ann, ben, here, there, roots } = await scene();
    const [cat] = await chat.people('cat');
    await chat.ask(AddMembersDocument, { input: { groupId: here, userIds: [cat.id] } }, ann);
    const shown = await send(ben, { conversationId: here, threadRootId: roots[0].id, text: 'welcome' });
    await send(cat, { conversationId: here, threadRootId: shown.id, text: 'thanks' });
    expect((await threads(cat)).rows).toEqual([['one', 'thanks', 0]]);
    expect((await threads(cat, { conversationId: there })).rows).toEqual([]);
    await chat.ask(LeaveGroupDocument, { input: { groupId: here } }, cat);
    expect(await threads(cat)).toMatchObject({ rows: [], waiting: 0 });
  });

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ after: 'x' }, 'after'],
    [{ after: Buffer.from('conversation@1:1').toString('base64url') }, 'after'],
    [{ after: Buffer.from('thread@1:1:99999999999').toString('base64url') }, 'after'],
    [{ conversationId: 'x' }, 'conversationId'],
  ])('are refused for %j', async (variables, argument) => {
    const [ann] = await chat.people('ann');
    expect(refusals((await chat.post(ThreadsDocument, variables, ann)).errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
  });
});

describe('the viewer’s mentions', () => {
  it('are messages that mention the viewer or everyone, newest first, in pages', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    await send(ann, { conversationId: id, text: 'one', mentionIds: [ben.id] });
    await send(ann, { conversationId: id, text: 'two', mentionIds: [ben.id], mentionsEveryone: true });
    await send(ben, { conversationId: id, text: 'own', mentionIds: [ben.id] });
    await send(ann, { conversationId: id, text: 'three', mentionsEveryone: true });
    const page = await mentions(ben, { id, first: 2 });
    expect(page).toMatchObject({ texts: ['three', 'two'], count: 3, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const rest = await mentions(ben, { id, first: 2, after: page.pageInfo.endCursor });
    expect(rest).toMatchObject({ texts: ['one'], pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    expect(await mentions(ann, { id })).toMatchObject({ texts: [], count: 0 });
  });

  it('are unread as they are counted: an edit that mentions the viewer makes a message unread that was read', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const id = await chat.group(ann, ben);
    const first = await send(ann, { conversationId: id, text: 'one' });
    const { seq } = await send(ann, { conversationId: id, text: 'two', mentionIds: [ben.id] });
    await chat.ask(MarkReadDocument, { input: { conversationId: id, seq } }, ben);
    expect(await mentions(ben, { id, unread: true })).toMatchObject({ texts: [], count: 0 });
    await chat.ask(EditReferenceDocument, { input: { messageId: first.id, text: 'one, ben', mentionIds: [ben.id] } }, ann);
    expect(await mentions(ben, { id, unread: true })).toMatchObject({ texts: ['one, ben'], count: 1 });
    expect((await mentions(ben, { id, unread: false })).texts).toEqual(['two']);
    expect((await mentions(ben, { id })).texts).toEqual(['one, ben', 'two']);
  });

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ after: 'x' }, 'after'],
    [{ after: Buffer.from('seq@1').toString('base64url') }, 'after'],
  ])('are refused for %j', async (page, argument) => {
    const [ann] = await chat.people('ann');
    const id = await chat.group(ann);
    expect(refusals((await chat.post(MentionsDocument, { id, ...page }, ann)).errors)).toEqual([`BAD_USER_INPUT ${argument}`]);
  });
});
