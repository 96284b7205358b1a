import { describe, expect, it } from 'vitest';
import { subscribe } from '../support/client.ts';
import { GroupSettingsDocument, UpdateGroupDocument, type UpdateGroupInput, WatchThoughtsDocument } from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const chat = world();

const update = async (as: Person, groupId: string, change: Omit<UpdateGroupInput, 'groupId'>) =>
  (await chat.ask(UpdateGroupDocument, { input: { groupId, ...change } }, as)).updateGroup;

const settings = async (as: Person, id: string) => (await chat.ask(GroupSettingsDocument, { id }, as)).conversation;

const everything = {
  name: 'Walks 🥾',
  description: 'On Saturdays',
  announcement: 'At six,\nby the old tree',
  avatarUrl: 'https://example.org/tree.png',
  data: { order: 7, 'who/what': ['Ä', { deep: null }] },
  invitePolicy: 'EVERYONE',
  pinPolicy: 'OWNER',
  mentionPolicy: 'EVERYONE',
} as const;

const named = ['NAME', 'DESCRIPTION', 'ANNOUNCEMENT', 'AVATAR_URL', 'DATA', 'INVITE_POLICY', 'PIN_POLICY', 'MENTION_POLICY'];

async function scene() {
  const [ann, ben] = await chat.people('ann', 'ben');
  return { ann, ben, group: await chat.group(ann, ben) };
}

describe('a group', () => {
  it('can be changed as a whole, and all members see the change', async () => {
    const { ann, ben, group } = await scene();
    const { group: changed, errors } = await update(ann, group, everything);
    expect(errors).toEqual([]);
    expect(changed).toMatchObject({ id: group, lastSeq: 3, ...everything });
    expect(await settings(ben, group)).toMatchObject({
      ...everything,
      timeline: {
        edges: [
          { node: { __typename: 'MemberJoined' } },
          { node: { __typename: 'MemberJoined' } },
          { node: { __typename: 'GroupChanged', seq: 3, actor: { id: ann.id }, changed: named } },
        ],
      },
    });
  });

  it('keeps fields that are left out, and clears fields that are null', async () => {
    const { ann, group } = await scene();
    await update(ann, group, everything);
    const { group: changed } = await update(ann, group, { announcement: null, avatarUrl: null, data: null, name: 'Walks' });
    expect(changed).toMatchObject({ ...everything, lastSeq: 4, announcement: null, avatarUrl: null, data: null, name: 'Walks' });
    const { group: same } = await update(ann, group, { name: 'Walks', description: everything.description });
    expect(same).toEqual(changed);
  });

  it('sends its members an event with the names of the changed fields and their current values', async () => {
    const { ann, ben, group } = await scene();
    const events = subscribe(chat.socket(ben), WatchThoughtsDocument, { conversationId: group });
    await events.next();
    await update(ann, group, { announcement: 'Rain: we stay in', mentionPolicy: 'OWNER' });
    expect((await events.next()).value?.data?.conversationEvents).toMatchObject({
      ...{ __typename: 'GroupChanged', seq: 3, actor: { id: ann.id }, changed: ['ANNOUNCEMENT', 'MENTION_POLICY'] },
      group: { id: group, announcement: 'Rain: we stay in', mentionPolicy: 'OWNER' },
    });
  });
});

describe('updateGroup refuses', () => {
  it('members without the right, users who are not members, and direct conversations', async () => {
    const { ann, ben, group } = await scene();
    const [eve] = await chat.people('eve');
    expect(await update(ben, group, { name: 'Mine' })).toMatchObject({ group: null, errors: [{ code: 'FORBIDDEN', field: null }] });
    expect(refusals((await update(eve, group, { name: 'Mine' })).errors)).toEqual(['NOT_FOUND input.groupId']);
    expect(refusals((await update(ann, await chat.direct(ann, ben), { name: 'Us' })).errors)).toEqual(['NOT_FOUND input.groupId']);
    expect(await settings(ann, group)).toMatchObject({ name: 'The group', lastSeq: 2 });
  });

  it('ids of anything but groups', async () => {
    const { ann, ben } = await scene();
    for (const id of ['x', '', ben.id, 'A'.repeat(10_000)]) {
      expect(refusals((await update(ann, id, { name: 'x' })).errors)).toEqual(['INVALID_INPUT input.groupId']);
    }
  });

  it.each<[string, Omit<UpdateGroupInput, 'groupId'>]>([
    ['name', { name: null }],
    ['name', { name: '' }],
    ['name', { name: ' \u200b ' }],
    ['name', { name: 'a\u0000b' }],
    ['name', { name: 'half \ud83d' }],
    ['name', { name: 'x'.repeat(101) }],
    ['description', { description: 'x'.repeat(1_001) }],
    ['description', { description: 'a\u0007b' }],
    ['announcement', { announcement: 'x'.repeat(2_001) }],
    ['announcement', { announcement: '\udc00' }],
    ['avatarUrl', { avatarUrl: 'tree.png' }],
    ['avatarUrl', { avatarUrl: 'data:image/png;base64,AAAA' }],
    ['avatarUrl', { avatarUrl: `https://example.org/${'x'.repeat(2_048)}` }],
    ['pinPolicy', { pinPolicy: null }],
    ['invitePolicy', { invitePolicy: null }],
    ['mentionPolicy', { mentionPolicy: null }],
  ])('a bad %s, and changes nothing', async (field, change) => {
    const { ann, group } = await scene();
    const { group: changed, errors } = await update(ann, group, { description: 'changed', ...change });
    expect([changed, refusals(errors)]).toEqual([null, [`INVALID_INPUT input.${field}`]]);
    expect(given(await settings(ann, group), [])).toMatchObject({ name: 'The group', description: null, lastSeq: 2 });
  });
});
