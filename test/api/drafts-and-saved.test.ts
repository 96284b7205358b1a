import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AddMembersDocument,
  DraftsDocument,
  DraftsThereDocument,
  HideMessageDocument,
  LeaveGroupDocument,
  NodeByIdDocument,
  RemoveDraftDocument,
  SaveDraftDocument,
  SavedMessagesDocument,
  SaveMessageDocument,
  SendMessageDocument,
  UnsaveMessageDocument,
  UpdateGroupDocument,
} from '../support/generated/graphql.ts';
import { given, type Person, world } from '../support/world.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + 1_000 * seconds).toISOString();

describe('what users keep for themselves', () => {
  const chat = world({ DRAFT_TELL_MS: '1' });

  async function scene() {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await chat.group(ann, ben);
    const { id: root } = await chat.say(ben, group, 'a question');
    return { ann, ben, group, root, desk: await chat.anotherDevice(ann) };
  }

  async function save(as: Person, input: { conversationId: string; text: string; threadRootId?: string; replyToId?: string }, seconds = 1) {
    return (await chat.ask(SaveDraftDocument, { input: { ...input, writtenAt: at(seconds) } }, as)).saveDraft;
  }

  async function drafts(as: Person) {
    return given((await chat.ask(DraftsDocument, {}, as)).viewer, []).drafts.edges.map(({ node }) => node);
  }

  it('includes drafts, which the user’s other devices get as events and find in their conversation or thread', async () => {
    const { ann, ben, group, root, desk } = await scene();
    const [listening, bystander] = [chat.listen(desk), chat.listen(ben)];
    await Promise.all([listening.ready(), bystander.ready()]);
    const { draftEdge, writtenAt, errors } = await save(ann, { conversationId: group, text: 'so far', replyToId: root });
    expect([writtenAt, errors]).toEqual([at(1), []]);
    const told = await listening.nextOf('DraftChanged');
    expect(told).toMatchObject({ draftId: draftEdge?.node.id, conversationId: group, threadRootId: null, draftEdge });
    expect(draftEdge).toMatchObject({ node: { conversation: { id: group }, text: 'so far', replyTo: { id: root }, data: null } });
    await save(ann, { conversationId: group, threadRootId: root, text: 'in the thread' });
    expect(await listening.nextOf('DraftChanged')).toMatchObject({ threadRootId: root, draftEdge: { node: { threadRoot: { id: root } } } });
    const { conversation } = await chat.ask(DraftsThereDocument, { id: group }, desk);
    expect(conversation).toMatchObject({
      viewerDraft: { text: 'so far' },
      messages: { edges: [{ node: { id: root, viewerThreadDraft: { text: 'in the thread' } } }] },
    });
    // Other members see none of it, and get no event.
    const theirs = await chat.ask(DraftsThereDocument, { id: group }, ben);
    expect(theirs.conversation).toMatchObject({ viewerDraft: null, messages: { edges: [{ node: { viewerThreadDraft: null } }] } });
    await chat.say(ben, group, 'over');
    const heard = await bystander.until(({ __typename }) => __typename === 'MessageSent');
    expect(heard.map(({ __typename }) => __typename)).toEqual(['MessageSent']);
  });

  it('includes drafts, which the commit of their message removes, and an older save returns what is stored', async () => {
    const { ann, group, desk } = await scene();
    const { draftEdge } = await save(ann, { conversationId: group, text: 'so far' });
    const listening = chat.listen(desk);
    await listening.ready();
    const input = { conversationId: group, clientMessageId: randomUUID(), text: 'so far, and on', draftWrittenAt: at(3) };
    const { sendMessage } = await chat.ask(SendMessageDocument, { input }, ann);
    given(sendMessage.messageEdge, sendMessage.errors);
    const gone = await listening.until((event) => event.__typename === 'DraftChanged' && event.draftEdge === null);
    expect(gone.at(-1)).toMatchObject({ draftId: draftEdge?.node.id });
    expect(await save(desk, { conversationId: group, text: 'so f' }, 2)).toEqual({ draftEdge: null, writtenAt: at(3), errors: [] });
    expect(await drafts(ann)).toEqual([]);
    await save(desk, { conversationId: group, text: 'anew' }, 4);
    const { removeDraft } = await chat.ask(RemoveDraftDocument, { input: { conversationId: group, writtenAt: at(1) } }, ann);
    expect(removeDraft).toMatchObject({ draftEdge: { node: { text: 'anew' } }, writtenAt: at(4) });
  });

  it('includes saved messages with a note, which the user’s other devices get as events and find in the list', async () => {
    const { ann, ben, group, root, desk } = await scene();
    const [listening, bystander] = [chat.listen(desk), chat.listen(ben)];
    await Promise.all([listening.ready(), bystander.ready()]);
    const { saveMessage } = await chat.ask(SaveMessageDocument, { input: { messageId: root, note: 'for later' } }, ann);
    const edge = given(saveMessage.savedMessageEdge, saveMessage.errors);
    expect(edge).toMatchObject({ note: 'for later', node: { id: root, text: 'a question', viewerHasSaved: true } });
    expect(await listening.nextOf('SavedMessageChanged')).toMatchObject({ conversationId: group, messageId: root, savedMessageEdge: edge });
    const { viewer } = await chat.ask(SavedMessagesDocument, {}, desk);
    expect(viewer?.savedMessages.edges).toEqual([edge]);
    const theirs = await chat.ask(DraftsThereDocument, { id: group }, ben);
    expect(theirs.conversation?.messages.edges.map(({ node }) => node.viewerHasSaved)).toEqual([false]);
    const { unsaveMessage } = await chat.ask(UnsaveMessageDocument, { input: { messageId: root } }, desk);
    expect(unsaveMessage).toMatchObject({ message: { id: root, viewerHasSaved: false }, errors: [] });
    expect(await listening.nextOf('SavedMessageChanged')).toMatchObject({ messageId: root, savedMessageEdge: null });
    await chat.say(ben, group, 'over');
    const heard = await bystander.until(({ __typename }) => __typename === 'MessageSent');
    expect(heard.map(({ __typename }) => __typename)).toEqual(['MessageSent']);
  });

  it('loses a saved message that the user hides for themselves, also where it is quoted', async () => {
    const { ann, ben, group, root } = await scene();
    const another = await chat.say(ann, group, 'another');
    for (const messageId of [root, another.id]) await chat.ask(SaveMessageDocument, { input: { messageId } }, ann);
    const answer = { conversationId: group, clientMessageId: randomUUID(), text: 'an answer', replyToId: another.id };
    const { sendMessage } = await chat.ask(SendMessageDocument, { input: answer }, ben);
    const { node } = given(sendMessage.messageEdge, sendMessage.errors);
    await chat.ask(HideMessageDocument, { input: { messageId: another.id } }, ann);
    const { conversation } = await chat.ask(DraftsThereDocument, { id: group }, ann);
    expect(conversation?.messages.edges.map((edge) => [edge.node.id, edge.node.viewerHasSaved, edge.node.replyTo])).toEqual([
      [root, true, null],
      [node.id, false, { id: another.id, viewerHasSaved: false }],
    ]);
  });

  it('can be read by id by its owner only, even if two users have a draft in the same place', async () => {
    const { ann, ben, group } = await scene();
    const mine = (await save(ann, { conversationId: group, text: 'mine' })).draftEdge?.node.id ?? '';
    const theirs = (await save(ben, { conversationId: group, text: 'theirs' })).draftEdge?.node.id ?? '';
    expect((await chat.ask(NodeByIdDocument, { id: mine }, ann)).node).toMatchObject({ id: mine });
    expect((await chat.ask(NodeByIdDocument, { id: theirs }, ann)).node).toBeNull();
    expect((await chat.ask(NodeByIdDocument, { id: mine }, ben)).node).toBeNull();
  });

  it('belongs to one stay in a group: a member who leaves and rejoins has no draft and no saved message there', async () => {
    const { ann, ben, group, root } = await scene();
    await chat.ask(UpdateGroupDocument, { input: { groupId: group, historyForNewcomers: 'ALL' } }, ann);
    const { draftEdge } = await save(ben, { conversationId: group, text: 'so far' });
    await save(ben, { conversationId: group, threadRootId: root, text: 'in the thread' });
    await chat.ask(SaveMessageDocument, { input: { messageId: root } }, ben);
    await chat.ask(LeaveGroupDocument, { input: { groupId: group } }, ben);
    await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [ben.id] } }, ann);
    const { conversation } = await chat.ask(DraftsThereDocument, { id: group }, ben);
    expect(conversation).toMatchObject({
      viewerDraft: null,
      messages: { edges: [{ node: { id: root, viewerHasSaved: false, viewerThreadDraft: null } }] },
    });
    expect((await chat.ask(NodeByIdDocument, { id: draftEdge?.node.id ?? '' }, ben)).node).toBeNull();
    expect(await drafts(ben)).toEqual([]);
  });
});
