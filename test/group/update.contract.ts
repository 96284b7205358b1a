import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Groups, Role } from '../../src/group/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from './talk-world.ts';

type Change = Omit<Parameters<Groups['update']>[1], 'groupId'>;

const everything = {
  name: 'Chess 👑',
  description: 'Tuesdays\nat six',
  announcement: 'Bring a board.\n\tAnd a clock.',
  avatarUrl: 'https://example.org/king.png',
  invitePolicy: 'EVERYONE',
  pinPolicy: 'OWNER',
  mentionPolicy: 'EVERYONE',
} as const;

/** What changing a group promises, on any database. */
export function promisesOfGroupChanges(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    return { ada, bob, cy, group: await world.group(ada, bob) };
  }

  const update = (viewer: Viewer, groupId: bigint, change: Change) => world.groups.update(viewer, { groupId, ...change });

  async function appoint(member: Viewer, conversationId: bigint, role: Role): Promise<void> {
    const where = { conversationId_userId: { conversationId, userId: member.userId } };
    await world.db.transaction((tx) => tx.membership.update({ where, data: { role } }));
  }

  async function changes(group: bigint): Promise<readonly (readonly string[])[]> {
    return (await world.entries(group)).flatMap((entry) => (entry.type === 'GroupChanged' ? [entry.data.fields] : []));
  }

  it('by default the owner and admins of a group can add members, pin, and mention everyone', async () => {
    const { ada, group } = await scene();
    const [made] = await world.groups.byIds([group]);
    expect(made).toMatchObject({ announcement: null, invitePolicy: 'ADMINS', pinPolicy: 'ADMINS', mentionPolicy: 'ADMINS' });
    expect(made?.ownerId).toBe(ada.userId);
  });

  describe('a change', () => {
    it('of several fields is one entry that names them all', async () => {
      const { ada, group } = await scene();
      const [before] = await world.groups.byIds([group]);
      const changed = await update(ada, group, everything);
      expect(changed).toEqual({ ...before, ...everything, lastSeq: 3 });
      expect(await world.groups.byIds([group])).toEqual([changed]);
      expect((await world.entries(group)).at(-1)).toMatchObject({
        ...{ seq: 3, type: 'GroupChanged', actorId: ada.userId },
        data: { fields: ['name', 'description', 'announcement', 'avatarUrl', 'invitePolicy', 'pinPolicy', 'mentionPolicy'] },
      });
    });

    it('leaves other fields as they are and names only fields that differ', async () => {
      const { ada, group } = await scene();
      const before = await update(ada, group, everything);
      const changed = await update(ada, group, { name: 'Go', description: everything.description, pinPolicy: undefined });
      expect(changed).toEqual({ ...before, name: 'Go', lastSeq: 4 });
      expect((await changes(group)).at(-1)).toEqual(['name']);
    });

    it('clears a field with null or an empty text', async () => {
      const { ada, group } = await scene();
      await update(ada, group, everything);
      const cleared = await update(ada, group, { description: null, announcement: '', avatarUrl: null });
      expect(cleared).toMatchObject({ name: 'Chess 👑', description: null, announcement: null, avatarUrl: null, pinPolicy: 'OWNER' });
      expect((await changes(group)).at(-1)).toEqual(['description', 'announcement', 'avatarUrl']);
    });

    it('of the custom data replaces the object, and is none if only the order of keys differs', async () => {
      const { ada, group } = await scene();
      expect(await update(ada, group, { data: { order: 7, of: { a: 1, b: [true, null] } } })).toMatchObject({
        data: '{"order":7,"of":{"a":1,"b":[true,null]}}',
      });
      await update(ada, group, { data: { of: { b: [true, null], a: 1 }, order: 7 }, name: 'Orders' });
      expect(await update(ada, group, { data: {} })).toMatchObject({ data: '{}' });
      expect(await update(ada, group, { data: null })).toMatchObject({ data: null });
      expect(await changes(group)).toEqual([['data'], ['name'], ['data'], ['data']]);
    });

    it('of the custom data is refused past 4,096 bytes', async () => {
      const { ada, group } = await scene();
      const { data } = await update(ada, group, { data: { a: 'x'.repeat(4_088) } });
      expect(Buffer.byteLength(data ?? '')).toBe(4_096);
      expect(await refusal(update(ada, group, { data: { a: 'x'.repeat(4_089) } }))).toEqual({ code: 'INVALID_INPUT', field: ['data'] });
    });

    it.each<[string, Change]>([
      ['nothing', {}],
      ['what is so already', everything],
      ['a part of what is so already', { description: everything.description }],
    ])('of %s is answered and makes no entry', async (_, change) => {
      const { ada, group } = await scene();
      const before = await update(ada, group, everything);
      expect(await update(ada, group, change)).toEqual(before);
      expect(await changes(group)).toHaveLength(1);
    });

    it('is in the timeline, and changes neither unread counts nor the group’s place in lists', async () => {
      const { ada, bob, group } = await scene();
      const { seq, sentAt } = await world.say(ada, group);
      const changed = await update(ada, group, { name: 'Go' });
      expect(changed).toMatchObject({ lastSeq: seq + 1, lastOrdinal: 1, lastActivityAt: sentAt });
      const access = await world.access(bob, group);
      if (access === null) throw new Error('he is in it');
      const { items } = await world.messages.timeline(access, { last: 1 });
      expect(items).toMatchObject([{ type: 'GroupChanged', seq: seq + 1, actorId: ada.userId, data: { fields: ['name'] } }]);
      expect(await world.messages.unread([{ conversation: changed, access }])).toEqual([1]);
    });

    it('of a policy applies from its entry on', async () => {
      const { ada, bob, cy, group } = await scene();
      const adding = () => world.groups.addMembers(bob, { groupId: group, userIds: [cy.userId] });
      expect(await refusal(adding())).toEqual({ code: 'FORBIDDEN', field: undefined });
      await update(ada, group, { invitePolicy: 'EVERYONE' });
      expect((await adding()).errors).toEqual([]);
    });

    it('in a race makes one entry each, and the last one remains', async () => {
      const { ada, group } = await scene();
      const names = Array.from({ length: 8 }, (_, place) => `Name ${place}`);
      await Promise.all(names.map((name) => update(ada, group, { name })));
      const [settled] = await world.groups.byIds([group]);
      expect(names).toContain(settled?.name);
      expect(await changes(group)).toEqual(names.map(() => ['name']));
      expect(settled?.lastSeq).toBe(2 + names.length);
    });
  });

  describe('the users who may change a group', () => {
    it('are its owner and admins', async () => {
      const { ada, bob, group } = await scene();
      expect(await refusal(update(bob, group, { name: 'Mine' }))).toEqual({ code: 'FORBIDDEN', field: undefined });
      // Refused even if it would change nothing, so that a refusal does not depend on the current value.
      expect(await refusal(update(bob, group, { name: 'The group' }))).toEqual({ code: 'FORBIDDEN', field: undefined });
      await appoint(bob, group, 'ADMIN');
      expect(await update(bob, group, { name: 'Ours' })).toMatchObject({ name: 'Ours' });
      expect(await update(ada, group, { name: 'Mine' })).toMatchObject({ name: 'Mine' });
    });

    it('are its members only while it exists, and nobody in a direct conversation', async () => {
      const { ada, bob, cy, group } = await scene();
      const unseen = { code: 'NOT_FOUND', field: ['groupId'] };
      expect(await refusal(update(cy, group, { name: 'x' }))).toEqual(unseen);
      expect(await refusal(update(ada, 9_000_000_000n, { name: 'x' }))).toEqual(unseen);
      expect(await refusal(update(ada, ada.userId, { name: 'x' }))).toEqual(unseen);
      expect(await refusal(update(ada, await world.direct(ada, bob), { name: 'x' }))).toEqual(unseen);
      await appoint(bob, group, 'ADMIN');
      await world.groups.removeMember(ada, { groupId: group, userId: bob.userId });
      expect(await refusal(update(bob, group, { name: 'x' }))).toEqual(unseen);
      await world.groups.leave(ada, { groupId: group });
      expect(await refusal(update(ada, group, { name: 'x' }))).toEqual(unseen);
    });

    it('are its owner only for the owner’s own settings', async () => {
      const { ada, bob, group } = await scene();
      await appoint(bob, group, 'ADMIN');
      await update(ada, group, { pinPolicy: 'OWNER' });
      const change = { name: 'Ours', pinPolicy: 'EVERYONE' } as const;
      expect(await refusal(update(bob, group, change))).toEqual({ code: 'FORBIDDEN', field: ['pinPolicy'] });
      expect(await refusal(update(bob, group, { mentionPolicy: 'OWNER' }))).toEqual({ code: 'FORBIDDEN', field: ['mentionPolicy'] });
      // Repeating the current value changes nothing.
      expect(await update(bob, group, { pinPolicy: 'OWNER', invitePolicy: 'EVERYONE' })).toMatchObject({ invitePolicy: 'EVERYONE' });
      expect(await changes(group)).toEqual([['pinPolicy'], ['invitePolicy']]);
      expect(await update(ada, group, change)).toMatchObject(change);
    });
  });

  describe('a change is refused with', () => {
    it.each<[string, keyof Change, unknown]>([
      ['no name', 'name', null],
      ['an empty name', 'name', ''],
      ['a name that nobody can see', 'name', '\u200b\u3164'],
      ['a name of two lines', 'name', 'a\nb'],
      ['a name of 101 characters', 'name', '𝒳'.repeat(101)],
      ['a name with half a character', 'name', 'half \ud83d'],
      ['a description of 1,001 characters', 'description', 'x'.repeat(1_001)],
      ['a description with a bell in it', 'description', 'a\u0007'],
      ['an announcement of 2,001 characters', 'announcement', 'x'.repeat(2_001)],
      ['an announcement with NUL', 'announcement', 'a\0'],
      ['an announcement with half a character', 'announcement', '\udc00'],
      ['a picture that is no address', 'avatarUrl', 'king.png'],
      ['a picture that is a script', 'avatarUrl', 'javascript:alert(1)'],
      ['a picture at an endless address', 'avatarUrl', `https://example.org/${'x'.repeat(2_048)}`],
      ['no policy of inviting', 'invitePolicy', null],
      ['no policy of pins', 'pinPolicy', null],
      ['no policy of mentions', 'mentionPolicy', null],
    ])('%s, and with it the rest of the request', async (_, field, value) => {
      const { ada, group } = await scene();
      const [before] = await world.groups.byIds([group]);
      const change: Change = { name: 'Go', description: 'changed', [field]: value };
      expect(await refusal(update(ada, group, change))).toEqual({ code: 'INVALID_INPUT', field: [field] });
      expect(await world.groups.byIds([group])).toEqual([before]);
      expect(await changes(group)).toEqual([]);
    });
  });

  it('texts of full length are stored exactly', async () => {
    const { ada, group } = await scene();
    const full = { name: '𝒳'.repeat(100), description: '𝒳'.repeat(1_000), announcement: '𝒳'.repeat(2_000) };
    expect(await update(ada, group, full)).toMatchObject(full);
    expect(await world.groups.byIds([group])).toMatchObject([full]);
  });
}
