import { describe, expect, it } from 'vitest';
import {
  AddMembersDocument,
  CreateGroupDocument,
  DoorDocument,
  EditMessageDocument,
  HistoryDocument,
  JoinGroupDocument,
  RemoveMemberDocument,
  UpdateGroupDocument,
} from '../support/generated/graphql.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

async function groupWith(owner: Person, historyForNewcomers: 'ALL' | 'JOINING'): Promise<string> {
  const { createGroup } = await chat.ask(CreateGroupDocument, { input: { name: 'Walks', joinPolicy: 'OPEN', historyForNewcomers } }, owner);
  return given(createGroup.group, createGroup.errors).id;
}

async function texts(as: Person, id: string): Promise<readonly (string | undefined)[]> {
  return given((await chat.ask(HistoryDocument, { id }, as)).conversation, []).messages.edges.map(({ node }) => node.text);
}

const joins = (as: Person, groupId: string) => chat.ask(JoinGroupDocument, { input: { groupId } }, as);

describe('the history of a group before a member joined', () => {
  it.each([
    ['ALL', ['said before', 'said after']],
    ['JOINING', ['said after']],
  ] as const)('is shown according to the group’s setting: %s', async (history, shown) => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await groupWith(ann, history);
    await chat.say(ann, group, 'said before');
    await joins(ben, group);
    await chat.say(ann, group, 'said after');
    expect(await texts(ben, group)).toEqual(shown);
    expect(await chat.ask(DoorDocument, { id: group }, ben)).toMatchObject({ conversation: { historyForNewcomers: history } });
  });

  it('is part of live events after the joining: a change of an old message is shown to members who may read it, and hidden from others', async () => {
    for (const [history, type] of [
      ['ALL', 'MessageEdited'],
      ['JOINING', 'EntryHidden'],
    ] as const) {
      const [ann, ben] = await chat.people('ann', 'ben');
      const group = await groupWith(ann, history);
      const { id: messageId } = await chat.say(ann, group, 'helo');
      const live = chat.listen(ben, []);
      expect(await live.next()).toMatchObject({ __typename: 'StreamReady' });
      await joins(ben, group);
      await chat.ask(EditMessageDocument, { input: { messageId, text: 'hello' } }, ann);
      const told = [await live.next(), await live.next(), await live.next()];
      expect(told).toMatchObject([
        { __typename: 'ConversationOpened', position: { streamId: group, seq: 2 } },
        { __typename: 'MemberJoined', seq: 3 },
        { __typename: type, seq: 4 },
      ]);
    }
  });

  it('is sent to a client that was away during a removal, from its position and without a gap', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const group = await groupWith(ann, 'ALL');
    await joins(ben, group);
    const after = await chat.positions(ben);
    await chat.ask(RemoveMemberDocument, { input: { groupId: group, userId: ben.id } }, ann);
    await chat.say(ann, group, 'meanwhile');
    await chat.ask(AddMembersDocument, { input: { groupId: group, userIds: [ben.id] } }, ann);
    const events = await chat.listen(ben, after).ready();
    const ofGroup = events.filter((event) => 'streamId' in event && event.streamId === group);
    expect(ofGroup.map(({ __typename }) => __typename)).toEqual(['MemberLeft', 'MessageSent', 'MemberJoined']);
    const alone = await chat.listenTo(ben, group, { after: 2 }).ready();
    expect(alone.map(({ __typename }) => __typename)).toEqual(['MemberLeft', 'MessageSent', 'MemberJoined', 'StreamReady']);
    expect(await texts(ben, group)).toEqual(['meanwhile']);
  });

  it('stays hidden from current members when the setting changes', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const group = await groupWith(ann, 'JOINING');
    await chat.say(ann, group, 'said before');
    await joins(ben, group);
    const { updateGroup } = await chat.ask(UpdateGroupDocument, { input: { groupId: group, historyForNewcomers: 'ALL' } }, ann);
    expect(updateGroup.errors).toEqual([]);
    await joins(cat, group);
    expect([await texts(ben, group), await texts(cat, group)]).toEqual([[], ['said before']]);
  });
});
