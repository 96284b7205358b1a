import { beforeAll, describe, expect, it, test } from 'vitest';
import { inputId } from '../../schema/ids.ts';
import { adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import { runAdmin } from '../support/admin-command.ts';
import {
  AddMembersDocument,
  type FollowedFragment,
  GroupsDocument,
  HistoryDocument,
  JoinGroupDocument,
  MuteMemberDocument,
  SendMessageDocument,
  SetTypingDocument,
  UpdateGroupDocument,
} from '../support/generated/graphql.ts';
import { rawId } from '../support/raw-sql.ts';
import { refusals } from '../support/refusal.ts';
import { type Person, world } from '../support/world.ts';

const place = world({ HEAD_CHECK_MS: '200' });
let admin: Person;

beforeAll(async () => {
  const [ada] = await place.people('operator');
  admin = await appoint(place, ada);
});

async function ask(document: string, variables: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await askAdmin(adminUrl(place), document, variables, admin);
  expect(errors).toBeUndefined();
  return data ?? {};
}

/** Runs one of the mutations on groups. Returns its payload. */
async function operate(name: string, input: object): Promise<unknown> {
  const type = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Input`;
  const asked = 'group { id memberCount dissolvedAt owner { handle } } errors { code field message }';
  return (await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${asked} } }`, { input }))[name];
}

/** Runs the command, which can do all that the schema can. */
async function command(...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await runAdmin(place.stores.env, 'groups', ...words);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return output;
}

async function refused(...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await runAdmin(place.stores.env, 'groups', ...words);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  return errors;
}

/** A group of three: its owner and two members, each with a subscription. */
async function scene() {
  const [ann, ben, cat] = await place.people('ann', 'ben', 'cat');
  const group = await place.group(ann);
  // One after the other: members are listed in the order in which they joined.
  for (const { id } of [ben, cat]) await place.ask(AddMembersDocument, { input: { groupId: group, userIds: [id] } }, ann);
  const ears = { ann: place.listen(ann), ben: place.listen(ben), cat: place.listen(cat) };
  await Promise.all(Object.values(ears).map((ear) => ear.ready()));
  return { ann, ben, cat, group, ears };
}

const groupQuery = `query ($id: ID!, $after: String) { group(id: $id) {
  id name description memberCount dissolvedAt owner { handle }
  members(first: 2, after: $after) { edges { cursor node { user { handle } role joinedAt mutedUntil } } pageInfo { hasNextPage hasPreviousPage } }
} }`;

describe('a group, in the operators’ schema', () => {
  it('is shown with its members, page by page, to an admin who is not a member', async () => {
    const { ann, ben, cat, group } = await scene();
    const until = '2999-01-01T00:00:00.000Z';
    await place.ask(MuteMemberDocument, { input: { groupId: group, userId: ben.id, until } }, ann);
    const { group: shown } = await ask(groupQuery, { id: group });
    expect(shown).toMatchObject({ id: group, name: expect.any(String), memberCount: 3, dissolvedAt: null, owner: { handle: ann.handle } });
    const { members } = shown as { members: { edges: { cursor: string }[] } };
    expect(members).toMatchObject({
      edges: [
        { node: { user: { handle: ann.handle }, role: 'OWNER', joinedAt: expect.any(String), mutedUntil: null } },
        { node: { user: { handle: ben.handle }, role: 'MEMBER', mutedUntil: until } },
      ],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    const { group: rest } = await ask(groupQuery, { id: group, after: members.edges[1]?.cursor });
    expect(rest).toMatchObject({ members: { edges: [{ node: { user: { handle: cat.handle } } }], pageInfo: { hasNextPage: false } } });
  });

  it('is null for a direct conversation, which is shown to its two users only', async () => {
    const { ann, ben } = await scene();
    const direct = await place.direct(ann, ben);
    await place.say(ann, direct, 'between us');
    expect(await ask(groupQuery, { id: direct })).toEqual({ group: null });
  });

  it('has no field that contains messages', async () => {
    const { data } = await askAdmin(adminUrl(place), '{ __type(name: "Group") { fields { name } } }', {}, admin);
    const { fields } = (data?.['__type'] ?? {}) as { fields: { name: string }[] };
    expect(fields.map(({ name }) => name).toSorted()).toEqual([
      ...['createdAt', 'description', 'dissolvedAt', 'id', 'listed', 'memberCount', 'members', 'name', 'owner'],
    ]);
  });

  it('is in the list of groups of each of its members, newest first', async () => {
    const { ann, ben, group } = await scene();
    const later = await place.group(ben, ann);
    const document = `query ($handle: String!) { user(handle: $handle) { groupCount groups(first: 2) {
      edges { node { id owner { handle } } } pageInfo { hasNextPage } } } }`;
    expect((await ask(document, { handle: ann.handle }))['user']).toEqual({
      groupCount: 2,
      groups: {
        edges: [{ node: { id: later, owner: { handle: ben.handle } } }, { node: { id: group, owner: { handle: ann.handle } } }],
        pageInfo: { hasNextPage: false },
      },
    });
  });
});

/** Each act, in the schema and on the command line. */
const ways = {
  'the schema': {
    remove: ({ group, ban = false }: { group: string; ban?: boolean }, { id }: Person) =>
      operate('removeFromGroup', { groupId: group, userId: id, ban }),
    own: (group: string, { id }: Person) => operate('setGroupOwner', { groupId: group, userId: id }),
    dissolve: (group: string) => operate('dissolveGroup', { groupId: group }),
    unlist: (group: string) => operate('unlistGroup', { groupId: group }),
  },
  'the command': {
    remove: ({ group, ban = false }: { group: string; ban?: boolean }, { handle }: Person) =>
      command('remove', rawId(group), handle, ...(ban ? ['--ban'] : [])),
    own: (group: string, { handle }: Person) => command('owner', group, handle),
    dissolve: (group: string) => command('dissolve', group),
    unlist: (group: string) => command('unlist', group),
  },
} as const;

function is(name: FollowedFragment['__typename']) {
  return (event: FollowedFragment): boolean => event.__typename === name;
}

describe.each(Object.entries(ways))('by %s', (_way, { remove, own, dissolve, unlist }) => {
  test.each([
    [false, 'REMOVED'],
    [true, 'BANNED'],
  ])('a removed member (banned: %s) and the other members get the event without an actor', async (ban, leaveReason) => {
    const { ann, ben, cat, group, ears } = await scene();
    await remove({ group, ban }, ben);
    expect(await ears.ben.nextOf('ConversationClosed')).toMatchObject({ conversationId: group, leaveReason });
    for (const ear of [ears.ann, ears.cat]) {
      expect(await ear.nextOf('MemberLeft')).toMatchObject({ actor: null, user: { id: ben.id }, leaveReason });
    }
    expect((await place.ask(HistoryDocument, { id: group }, ben)).conversation).toBeNull();
    const typed = await place.ask(SetTypingDocument, { input: { conversationId: group, typing: true } }, ben);
    expect(refusals(typed.setTyping.errors)).toEqual(['NOT_FOUND input.conversationId']);
    await place.say(cat, group, 'they are out');
    const said = (await ears.ann.until(is('MessageSent'))).at(-1);
    expect(said).toMatchObject({ messageEdge: { node: { text: 'they are out' } } });
    await place.say(ann, await place.direct(ann, ben), 'you are out');
    const told = await ears.ben.until(is('MessageSent'));
    expect(told.filter((event) => 'streamId' in event && event.streamId === group)).toEqual([]);
  });

  it('the owner of a group can be replaced: all members see it, and the former owner becomes an admin', async () => {
    const { ann, ben, group, ears } = await scene();
    await own(group, ben);
    for (const ear of Object.values(ears)) {
      const told = await ear.until((event) => event.__typename === 'MemberChanged' && event.user?.id === ann.id);
      const logged = told.filter((event) => event.__typename === 'MemberChanged' || event.__typename === 'GroupChanged');
      expect(logged).toMatchObject([
        { __typename: 'MemberChanged', actor: null, user: { id: ben.id } },
        { __typename: 'GroupChanged', actor: null },
        { __typename: 'MemberChanged', actor: null, user: { id: ann.id } },
      ]);
    }
    expect(await ask(groupQuery, { id: group })).toMatchObject({
      group: { owner: { handle: ben.handle }, members: { edges: [{ node: { role: 'ADMIN' } }, { node: { role: 'OWNER' } }] } },
    });
  });

  it('a group can be taken out of the directory: its members get the event without an actor, and others can still join', async () => {
    const { ann, group, ears } = await scene();
    await place.ask(UpdateGroupDocument, { input: { groupId: group, name: 'Cheap watches', joinPolicy: 'OPEN', listed: true } }, ann);
    await ears.ben.nextOf('GroupChanged');
    expect(await command('show', group)).toMatch(/\n {2}listed in the directory\n/);
    await unlist(group);
    expect(await ears.ben.nextOf('GroupChanged')).toMatchObject({ actor: null });
    const [dan] = await place.people('dan');
    const { groups } = await place.ask(GroupsDocument, { search: 'cheap watches' }, dan);
    expect(groups.edges.filter(({ node }) => node.groupId === group)).toEqual([]);
    expect(await command('show', group)).not.toMatch(/listed/);
    const { joinGroup } = await place.ask(JoinGroupDocument, { input: { groupId: group } }, dan);
    expect(joinGroup.group?.id).toBe(group);
    await unlist(group);
  });

  it('a group can be dissolved: all members get the event, and operators still see the group', async () => {
    const { ben, group, ears } = await scene();
    await dissolve(group);
    for (const ear of Object.values(ears)) {
      expect(await ear.nextOf('ConversationClosed')).toMatchObject({ conversationId: group, leaveReason: 'DISSOLVED' });
    }
    const { sendMessage } = await place.ask(
      SendMessageDocument,
      { input: { conversationId: group, clientMessageId: 'late', text: 'hi' } },
      ben,
    );
    expect(refusals(sendMessage.errors)).toEqual(['NOT_FOUND input.conversationId']);
    expect(await ask(groupQuery, { id: group })).toMatchObject({
      group: { memberCount: 0, dissolvedAt: expect.any(String), members: { edges: [] } },
    });
    expect(await command('show', group)).toMatch(/\n {2}DISSOLVED \S+Z, was owned by ann\S*\n$/);
  });
});

describe('the mutations on groups', () => {
  it('return the current state of the group, and repeating them has no effect', async () => {
    const { ann, ben, cat, group } = await scene();
    const input = { groupId: group, userId: ben.id };
    for (let times = 0; times < 2; times += 1) {
      expect(await operate('setGroupOwner', input)).toMatchObject({ group: { owner: { handle: ben.handle } }, errors: [] });
    }
    for (let times = 0; times < 2; times += 1) {
      expect(await operate('removeFromGroup', { ...input, userId: cat.id })).toMatchObject({ group: { memberCount: 2 }, errors: [] });
    }
    for (let times = 0; times < 2; times += 1) {
      const dissolved = { memberCount: 0, dissolvedAt: expect.any(String), owner: { handle: ben.handle } };
      expect(await operate('dissolveGroup', { groupId: group })).toMatchObject({ group: dissolved, errors: [] });
    }
    const refusal = { group: null, errors: [{ code: 'CONFLICT', field: ['input', 'groupId'] }] };
    expect(await operate('setGroupOwner', { groupId: group, userId: ann.id })).toMatchObject(refusal);
  });

  it('refuse to remove the owner while there are other members, and dissolve the group with its last member', async () => {
    const { ann, ben, cat, group } = await scene();
    expect(await operate('removeFromGroup', { groupId: group, userId: ann.id })).toEqual({
      group: null,
      errors: [{ code: 'CONFLICT', field: ['input', 'userId'], message: expect.stringMatching(/Transfer ownership first, or dissolve/) }],
    });
    for (const { id } of [ben, cat]) await operate('removeFromGroup', { groupId: group, userId: id });
    expect(await operate('removeFromGroup', { groupId: group, userId: ann.id })).toMatchObject({
      group: { dissolvedAt: expect.any(String) },
      errors: [],
    });
  });
});

describe('the command', () => {
  it('lists the groups of a user, and shows a group by either form of its id', async () => {
    const { ann, ben, cat, group } = await scene();
    const [, row = ''] = (await command('list', ben.handle)).split('\n');
    expect(row).toMatch(new RegExp(`^${rawId(group)} +3 +${ann.handle} +\\S+Z +\\S`));
    const shown = await command('show', group);
    expect(await command('show', rawId(group))).toBe(shown);
    expect(shown).toMatch(
      new RegExp(`^.+ \\(${rawId(group)}\\), made \\S+Z\n {2}\\(no description\\)\n {2}3 members, owned by ${ann.handle}\n`),
    );
    for (const { handle } of [ann, ben, cat]) expect(shown).toMatch(new RegExp(`\n {2}${handle} +(OWNER|MEMBER) +\\S+Z\n`));
    expect(await command('show', group, '--first', '1')).toMatch(/ OWNER .*\n… more with --first\n$/);
    const [dan] = await place.people('dan');
    expect(await command('list', dan.handle)).toBe(`${dan.handle} is in no group.\n`);
  });

  it('shows who is muted and whose account is deleted, and indents the description so that it cannot imitate other lines', async () => {
    const { ann, ben, group } = await scene();
    const description = 'About watches.\n  9 members, owned by root';
    await place.ask(UpdateGroupDocument, { input: { groupId: group, description } }, ann);
    const until = '2999-01-01T00:00:00.000Z';
    await place.ask(MuteMemberDocument, { input: { groupId: group, userId: ben.id, until } }, ann);
    const shown = await command('show', group);
    expect(shown).toMatch(
      new RegExp(`\n {2}\\| About watches\\.\n {2}\\| {3}9 members, owned by root\n {2}3 members, owned by ${ann.handle}\n`),
    );
    expect(shown).toMatch(new RegExp(`\n {2}${ben.handle} +MEMBER +\\S+Z +muted until ${until}\n`));
    await command('dissolve', group);
    await place.node.chat.administration.erase(null, { userId: inputId('User', ann.id), messages: 'KEEP' });
    expect(await command('show', group)).toMatch(/, was owned by \(deleted\)\n$/);
  });

  it('lists as many groups as `--first` says, and says that there are more', async () => {
    const { ann } = await scene();
    await place.group(ann);
    expect(await command('list', ann.handle, '--first', '1')).toMatch(/^ID .*\n\d+ .*\n… more with --first\n$/);
    expect(await command('list', ann.handle, '--first', '2')).not.toMatch(/more/);
  });

  it('says what it did, or that nothing had to be done', async () => {
    const { ann, ben, cat, group } = await scene();
    const id = rawId(group);
    expect(await command('owner', id, ben.handle)).toMatch(`${ben.handle} now owns `);
    expect(await command('owner', id, ben.handle)).toMatch(' already owns ');
    expect(await command('remove', id, ann.handle)).toMatch(new RegExp(`^${ann.handle} is no longer in The group\\.\n$`));
    expect(await command('remove', id, ann.handle)).toMatch(new RegExp(`^${ann.handle} is not in The group\\.\n$`));
    expect(await command('remove', id, ann.handle, '--ban')).toMatch(/ and is banned from it\.\n$/);
    expect(await refused('remove', id, ben.handle)).toMatch(/Transfer ownership first/);
    expect(await command('remove', id, cat.handle)).toMatch(/ is no longer in /);
    expect(await command('remove', id, ben.handle)).toMatch(/was the last member of .+\. The group is dissolved\.\n$/);
    expect(await command('dissolve', id)).toMatch(/is already dissolved\.\n$/);
    const [dan] = await place.people('dan');
    expect(await command('dissolve', await place.group(dan))).toMatch(/is dissolved: 1 member removed\./);
    expect(await refused('owner', id, ben.handle)).toBe('This group is dissolved and has no members.\n');
    const other = await scene();
    expect(await command('dissolve', other.group)).toMatch(/is dissolved: 3 members removed\. They are told as soon as a node runs\.\n$/);
  });

  test.each(['7.5', 'x', 'VXNlcjox'])('finds no group for %j', async (id) => {
    expect(await refused('show', id)).toBe(`${id} is not the id of a group.\n`);
  });

  it('refuses direct conversations', async () => {
    const { ann, ben } = await scene();
    const direct = rawId(await place.direct(ann, ben));
    for (const words of [
      ['show', direct],
      ['dissolve', direct],
    ])
      expect(await refused(...words)).toBe(`Group ${direct} not found.\n`);
    expect(await refused('remove', '1', 'nobody.here')).toBe('Group 1 not found.\n');
  });
});
