import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AnswerContactRequestDocument,
  BlocksDocument,
  BlockUserDocument,
  HistoryDocument,
  MarkReadDocument,
  MembersDocument,
  RequestContactDocument,
  SendMessageDocument,
  SetTypingDocument,
  UnblockUserDocument,
} from '../support/generated/graphql.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function block(as: Person, { id: userId }: Person) {
  return (await chat.ask(BlockUserDocument, { input: { userId } }, as)).blockUser;
}

async function unblock(as: Person, { id: userId }: Person) {
  return (await chat.ask(UnblockUserDocument, { input: { userId } }, as)).unblockUser;
}

async function send(as: Person, conversationId: string) {
  const input = { conversationId, clientMessageId: randomUUID(), text: 'hello' };
  return (await chat.ask(SendMessageDocument, { input }, as)).sendMessage;
}

describe('a block', () => {
  it('is shown in the list of blocks, on the user, and at once on the viewer’s other devices', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const phone = chat.listen(await chat.anotherDevice(ann));
    await phone.ready();
    const made = await block(ann, ben);
    expect(made).toMatchObject({ userEdge: { node: { id: ben.id, viewerHasBlocked: true } }, contactId: null, errors: [] });
    await phone.until(({ __typename }) => __typename === 'BlockChanged');
    const listed = given((await chat.ask(BlocksDocument, {}, ann)).viewer, []).blocks.edges;
    expect(listed).toEqual([{ cursor: made.userEdge?.cursor, node: { id: ben.id } }]);
    expect(await unblock(ann, ben)).toMatchObject({ user: { id: ben.id, viewerHasBlocked: false }, errors: [] });
    await phone.until(({ __typename }) => __typename === 'BlockChanged');
    expect(given((await chat.ask(BlocksDocument, {}, ann)).viewer, []).blocks.edges).toEqual([]);
  });

  it('is reported as BLOCKED to the user who blocks, and as NOT_CONTACTS to the blocked user', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const direct = await chat.direct(ann, ben);
    await chat.say(ann, direct, 'hello');
    await block(ann, ben);
    const field = ['input', 'conversationId'];
    expect((await send(ann, direct)).errors).toMatchObject([{ code: 'BLOCKED', field }]);
    expect((await send(ben, direct)).errors).toMatchObject([{ code: 'NOT_CONTACTS', field }]);
    const { conversation } = await chat.ask(HistoryDocument, { id: direct, last: 10 }, ben);
    expect(conversation?.messages.edges.map(({ node }) => node.text)).toEqual(['hello']);
  });

  it('hides the blocked user’s typing from the user who blocks, and from nobody else', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const group = await chat.group(cat, ann, ben);
    await block(ann, ben);
    const ears = [chat.listen(ann), chat.listen(cat)] as const;
    for (const ear of ears) await ear.ready();
    await chat.ask(SetTypingDocument, { input: { conversationId: group, typing: true } }, ben);
    await chat.ask(SetTypingDocument, { input: { conversationId: group, typing: false } }, ben);
    await chat.say(cat, group, 'over');
    const types = await Promise.all(
      ears.map(async (ear) => (await ear.until(({ __typename }) => __typename === 'MessageSent')).map(({ __typename }) => __typename)),
    );
    expect(types).toEqual([['MessageSent'], ['TypingChanged', 'TypingChanged', 'MessageSent']]);
  });

  /** Ben marks a message of Ann’s as read. If `isBlocked`, Ann blocks him before that. */
  async function reading({ isBlocked }: { readonly isBlocked: boolean }) {
    const [ann, ben] = await chat.people('ann', 'ben');
    const direct = await chat.direct(ann, ben);
    const { seq } = await chat.say(ann, direct, 'hello');
    if (isBlocked) await block(ann, ben);
    const phone = chat.listen(await chat.anotherDevice(ben));
    await phone.ready();
    const markers = async (as: Person) => {
      const { conversation } = await chat.ask(MembersDocument, { id: direct, first: 10 }, as);
      const members = conversation?.members.edges ?? [];
      // Two members who joined together are listed in either order.
      return members.map(({ node }) => [node.user.id === ann.id ? 'ann' : 'ben', node.readSeq, node.deliveredSeq]).toSorted();
    };
    const [shown, others] = [[await markers(ben)], [await markers(ann)]];
    await chat.ask(MarkReadDocument, { input: { conversationId: direct, seq } }, ben);
    // Ben’s other devices get the event.
    await phone.until(({ __typename }) => __typename === 'ReceiptMoved');
    shown.push(await markers(ben));
    others.push(await markers(ann));
    return { shown, others };
  }

  /** The types of the events that Ben and Ann get when Ann’s block of Ben ends, up to the next message. */
  async function ending({ reads }: { readonly reads: boolean }) {
    const [ann, ben] = await chat.people('ann', 'ben');
    const direct = await chat.direct(ann, ben);
    const { seq } = await chat.say(ann, direct, 'hello');
    await block(ann, ben);
    if (reads) await chat.ask(MarkReadDocument, { input: { conversationId: direct, seq } }, ben);
    const ears = [chat.listen(ben), chat.listen(ann)] as const;
    for (const ear of ears) await ear.ready();
    await chat.ask(UnblockUserDocument, { input: { userId: ben.id } }, ann);
    await chat.say(ann, direct, 'again');
    const isAgain = ({ __typename }: { readonly __typename: string }) => __typename === 'MessageSent';
    return await Promise.all(ears.map(async (ear) => (await ear.until(isAgain)).map(({ __typename }) => __typename)));
  }

  it('ends without an event for the blocked user, and the other user gets the read marker that moved meanwhile', async () => {
    expect(await ending({ reads: false })).toEqual([['MessageSent'], ['BlockChanged', 'MessageSent']]);
    const [bens, anns] = await ending({ reads: true });
    expect(bens).toEqual(['MessageSent']);
    expect(anns?.toSorted()).toEqual(['BlockChanged', 'MessageSent', 'ReceiptMoved']);
  });

  it('hides later read markers from the user who blocks, and the blocked user sees their own as without a block', async () => {
    const [blocked, free] = [await reading({ isBlocked: true }), await reading({ isBlocked: false })];
    expect(blocked.shown).toEqual(free.shown);
    expect(blocked.shown[1]).not.toEqual(blocked.shown[0]);
    expect(blocked.others[1]).toEqual(blocked.others[0]);
    expect(free.others[1]).not.toEqual(free.others[0]);
  });
});

it('the message of a contact request becomes the first message once the request is accepted, and is sent once', async () => {
  const [ann, ben] = await chat.people('ann', 'ben');
  const ear = chat.listen(ben);
  await ear.ready();
  const { requestContact } = await chat.ask(RequestContactDocument, { input: { userId: ben.id, message: 'It is me!' } }, ann);
  const { id, message } = given(requestContact.contactRequestEdge, requestContact.errors).node;
  expect(message).toBe('It is me!');
  await chat.ask(AnswerContactRequestDocument, { input: { requestId: id, accept: true } }, ben);
  const events = await ear.until(({ __typename }) => __typename === 'MessageSent');
  expect(events.map(({ __typename }) => __typename)).toContain('ConversationOpened');
  await chat.node.chat.jobs.doDue();
  const direct = await chat.direct(ann, ben);
  const { conversation } = await chat.ask(HistoryDocument, { id: direct, last: 10 }, ben);
  expect(conversation?.messages.edges.map(({ node }) => [node.text, node.sender?.id])).toEqual([['It is me!', ann.id]]);
});
