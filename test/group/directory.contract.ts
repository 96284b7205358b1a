import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { JoinPolicy } from '../../src/group/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { groupsAmid, refusal, type TalkNode, type TalkWorld, talkOn } from './talk-world.ts';

/** What the directory of groups promises, on any database. */
export function promisesOfTheDirectory(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  // Words that no other test uses: all tests share the directory.
  let words = 0;
  function word(): string {
    words += 1;
    return `w${words}x`;
  }

  async function listedBy(owner: Viewer, name: string, joinPolicy: JoinPolicy = 'OPEN'): Promise<bigint> {
    return (await world.groups.create(owner, { name, joinPolicy, listed: true })).id;
  }

  /** All groups that a search finds, by pages of `first`. */
  async function found(viewer: Viewer, search: string | null = null, first = 50): Promise<readonly bigint[]> {
    const read = await world.joining.directory(viewer, search);
    const ids: bigint[] = [];
    for (let after: string | undefined; ; ) {
      const { items, hasNextPage } = await read({ first, after });
      // A page after hasNextPage is not empty.
      if (after !== undefined) expect(items).not.toEqual([]);
      ids.push(...items.map(({ group }) => group.id));
      after = items.at(-1)?.key;
      if (!hasNextPage) return ids;
      expect(items).toHaveLength(first);
    }
  }

  const terms = (conversationId: bigint) => world.db.client.groupTerm.count({ where: { conversationId } });
  const changes = async (groupId: bigint) =>
    (await world.entries(groupId)).flatMap((entry) => (entry.type === 'GroupChanged' ? [[entry.actorId, entry.data.fields]] : []));

  describe('a listed group', () => {
    it('is found by anybody by word prefixes of its name, as users are', async () => {
      const [ada, bob] = await world.people();
      const own = word();
      const groupId = await listedBy(ada, `Schräge ${own} 田中太郎`);
      for (const search of [own, own.toUpperCase(), `schra ${own}`, `SCHRÄGE`, `${own} 太郎`]) {
        expect(await found(bob, search), search).toContain(groupId);
      }
      for (const search of [`x${own}`, `${own} other`, `${own} äge`]) expect(await found(bob, search), search).not.toContain(groupId);
    });

    it('is in the list without a search or with blanks, newest first, and a search without letters finds nothing', async () => {
      const [ada, bob] = await world.people();
      const made = [await listedBy(ada, 'one'), await listedBy(ada, '👑'), await listedBy(ada, 'three', 'APPROVAL')];
      for (const search of [null, '', '  ']) expect((await found(bob, search, 1)).slice(0, 3)).toEqual(made.toReversed());
      expect(await found(bob, '👑')).toEqual([]);
    });

    it('is found once, in the order of the matching terms, on pages of any size', async () => {
      const [ada, bob] = await world.people();
      const own = word();
      const [c, a, b] = [
        await listedBy(ada, `${own}c ${own}z`),
        await listedBy(ada, `${own}a ${own}b ${own}`),
        await listedBy(ada, `${own}b`),
      ];
      const also = await listedBy(ada, `${own}b`);
      for (const first of [1, 2, 3, 50]) expect(await found(bob, own, first)).toEqual([a, b, also, c]);
      expect(await found(bob, `${own}z ${own}`)).toEqual([c]);
    });

    it('is on the page of one that is unlisted while the page is read', async () => {
      const [ada, bob] = await world.people();
      const own = word();
      const made = [await listedBy(ada, `${own}c`), await listedBy(ada, `${own}b`), await listedBy(ada, `${own}a`)];
      for (const [search, [gone = 0n, next]] of [
        [own, made.toReversed()],
        [null, made.toReversed().slice(1)],
      ] as const) {
        const { directory } = groupsAmid(world, () => world.groups.update(ada, { groupId: gone, listed: false }));
        const { items, hasNextPage } = await (await directory(bob, search))({ first: 1 });
        expect(items.map(({ group }) => group.id)).toEqual([next]);
        expect(hasNextPage).toBe(true);
      }
    });

    it('is found by its members, requesters and banned users alike, who can see that they are banned', async () => {
      const [ada, bob, cy] = await world.people();
      const own = word();
      const groupId = await listedBy(ada, own, 'APPROVAL');
      await world.groups.removeMember(ada, { groupId, userId: bob.userId, ban: true });
      await world.joining.join(cy, { groupId });
      for (const viewer of [ada, bob, cy]) expect(await found(viewer, own)).toEqual([groupId]);
      const [group] = await world.groups.byIds([groupId]);
      const banned = (viewer: Viewer) => world.joining.areBanned(viewer, group ? [group] : []);
      expect([await banned(ada), await banned(bob), await banned(cy)]).toEqual([[false], [true], [false]]);
      await world.groups.update(ada, { groupId, joinPolicy: 'INVITE_ONLY' });
      const [closed] = await world.groups.byIds([groupId]);
      expect(await world.joining.areBanned(bob, closed ? [closed] : [])).toEqual([false]);
    });

    it('can be joined by a user who has found it', async () => {
      const [ada, bob] = await world.people();
      const own = word();
      await listedBy(ada, own);
      const [groupId = 0n] = await found(bob, own);
      await world.joining.join(bob, { groupId });
      expect(await world.access(bob, groupId)).toMatchObject({ role: 'MEMBER' });
    });

    it('stays listed when its owner’s account is erased, and is gone with its last member', async () => {
      const [ada, bob, cy] = await world.people();
      const own = word();
      const groupId = await listedBy(ada, own);
      await world.joining.join(bob, { groupId });
      const { signal } = new AbortController();
      await world.groups.leaveAll(ada.userId, signal);
      expect(await found(cy, own)).toEqual([groupId]);
      await world.groups.leaveAll(bob.userId, signal);
      expect([await found(cy, own), await terms(groupId)]).toEqual([[], 0]);
    });
  });

  describe('listing', () => {
    it('is logged as a change of the group, once', async () => {
      const { userId, ...ada } = await world.person();
      const viewer = { ...ada, userId };
      const { id: groupId } = await world.groups.create(viewer, { name: word(), joinPolicy: 'OPEN' });
      const update = (listed: boolean) => world.groups.update(viewer, { groupId, listed });
      expect([(await update(true)).listed, (await update(true)).listed, (await update(false)).listed]).toEqual([true, true, false]);
      expect(await changes(groupId)).toEqual([
        [userId, ['listed']],
        [userId, ['listed']],
      ]);
    });

    it('is refused for invite-only groups together with the rest of the request', async () => {
      const ada = await world.person();
      const refused = { code: 'INVALID_INPUT', field: ['listed'] };
      expect(await refusal(world.groups.create(ada, { name: 'x', listed: true }))).toEqual(refused);
      const { id: groupId } = await world.groups.create(ada, { name: 'x' });
      expect(await refusal(world.groups.update(ada, { groupId, name: 'y', listed: true }))).toEqual(refused);
      expect(await refusal(world.groups.update(ada, { groupId, listed: null }))).toEqual(refused);
      expect(await world.groups.update(ada, { groupId, joinPolicy: 'OPEN', listed: true })).toMatchObject({ name: 'x', listed: true });
      const both = { groupId, joinPolicy: 'INVITE_ONLY', listed: true } as const;
      expect(await refusal(world.groups.update(ada, both))).toEqual(refused);
    });

    it('ends with a change to INVITE_ONLY, and does not come back with the policy', async () => {
      const ada = await world.person();
      const own = word();
      const groupId = await listedBy(ada, own);
      expect(await world.groups.update(ada, { groupId, joinPolicy: 'INVITE_ONLY' })).toMatchObject({ listed: false });
      expect((await changes(groupId)).at(-1)).toEqual([ada.userId, ['joinPolicy', 'listed']]);
      expect(await world.groups.update(ada, { groupId, joinPolicy: 'APPROVAL' })).toMatchObject({ listed: false });
      expect([await found(ada, own), await terms(groupId)]).toEqual([[], 0]);
    });

    it('is for users who may change the group', async () => {
      const [ada, bob, cy] = await world.people();
      const groupId = await listedBy(ada, word());
      await world.joining.join(bob, { groupId });
      expect(await refusal(world.groups.update(bob, { groupId, listed: false }))).toMatchObject({ code: 'FORBIDDEN' });
      expect(await refusal(world.groups.update(cy, { groupId, listed: false }))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });

    it('of a retry under the same clientGroupId is not checked again', async () => {
      const ada = await world.person();
      const group = { name: 'x', joinPolicy: 'OPEN', listed: true, clientGroupId: 'one' } as const;
      const { id } = await world.groups.create(ada, group);
      expect((await world.node({ groupDirectory: false }).groups.create(ada, group)).id).toBe(id);
    });
  });

  describe('without a directory', () => {
    let shut: TalkNode;
    beforeAll(() => {
      shut = world.node({ groupDirectory: false });
    });

    it('nobody can read it or list a group', async () => {
      const ada = await world.person();
      expect(await refusal(shut.joining.directory(ada, null))).toMatchObject({ code: 'FORBIDDEN' });
      const refused = { code: 'FORBIDDEN', field: ['listed'] };
      expect(await refusal(shut.groups.create(ada, { name: 'x', joinPolicy: 'OPEN', listed: true }))).toEqual(refused);
      const { id: groupId } = await shut.groups.create(ada, { name: 'x', joinPolicy: 'OPEN' });
      expect(await refusal(shut.groups.update(ada, { groupId, listed: true }))).toEqual(refused);
    });

    it('a listed group can be changed, and is found as it is once the directory is on again', async () => {
      const ada = await world.person();
      const [before, after] = [word(), word()];
      const groupId = await listedBy(ada, before);
      await shut.groups.update(ada, { groupId, name: after, listed: true });
      expect([await found(ada, before), await found(ada, after)]).toEqual([[], [groupId]]);
      await shut.groups.update(ada, { groupId, listed: false });
      expect(await found(ada, after)).toEqual([]);
    });

    it('a group that another release has closed cannot be listed again', async () => {
      const ada = await world.person();
      const groupId = await listedBy(ada, word());
      await world.db.transaction((tx) => tx.conversation.update({ where: { id: groupId }, data: { joinPolicy: 'INVITE_ONLY' } }));
      const refused = { code: 'FORBIDDEN', field: ['listed'] };
      expect(await refusal(shut.groups.update(ada, { groupId, joinPolicy: 'OPEN', listed: true }))).toEqual(refused);
    });
  });

  describe('an operator', () => {
    it('takes a group out of the directory, logged without an actor; repeating it has no effect', async () => {
      const ada = await world.person();
      const own = word();
      const groupId = await listedBy(ada, own);
      const unlist = () => world.groupAdministration.unlist({ groupId });
      expect(await world.groupAdministration.byIds([groupId])).toMatchObject([{ listed: true }]);
      expect(await unlist()).toEqual({ before: { listed: true }, after: { listed: false } });
      expect(await unlist()).toEqual({ before: { listed: false }, after: { listed: false } });
      expect(await changes(groupId)).toEqual([[null, ['listed']]]);
      expect([await found(ada, own), await terms(groupId)]).toEqual([[], 0]);
      expect(await world.groupAdministration.byIds([groupId])).toMatchObject([{ listed: false }]);
    });

    it('finds a dissolved group unlisted, and gets NOT_FOUND for an unknown one', async () => {
      const ada = await world.person();
      const groupId = await listedBy(ada, word());
      await world.groups.dissolve(ada, { groupId });
      expect(await world.groupAdministration.byIds([groupId])).toMatchObject([{ listed: false }]);
      expect((await world.groupAdministration.unlist({ groupId })).before).toEqual({ listed: false });
      const nothing = { code: 'NOT_FOUND', field: ['groupId'] };
      expect(await refusal(world.groupAdministration.unlist({ groupId: 2n ** 61n }))).toEqual(nothing);
    });
  });

  test('a group that another release has closed or dissolved, leaving its terms, is not found', async () => {
    const ada = await world.person();
    const own = word();
    const [closed, ended, stands] = [await listedBy(ada, own), await listedBy(ada, own), await listedBy(ada, own)];
    const write = (id: bigint, data: object) => world.db.transaction((tx) => tx.conversation.update({ where: { id }, data }));
    await write(closed, { joinPolicy: 'INVITE_ONLY' });
    await write(ended, { dissolvedAt: new Date() });
    expect(await found(ada, own, 1)).toEqual([stands]);
    expect(await found(ada)).not.toEqual(expect.arrayContaining([closed]));
    expect(await found(ada)).not.toEqual(expect.arrayContaining([ended]));
  });

  test('a group that another release has closed is not listed, nor after it is opened again, unless that is requested', async () => {
    const ada = await world.person();
    const own = word();
    const [opened, asked] = [await listedBy(ada, own), await listedBy(ada, own)];
    for (const id of [opened, asked]) {
      await world.db.transaction((tx) => tx.conversation.update({ where: { id }, data: { joinPolicy: 'INVITE_ONLY' } }));
      expect(await world.groupAdministration.byIds([id])).toMatchObject([{ listed: false }]);
    }
    expect(await world.groups.update(ada, { groupId: opened, joinPolicy: 'OPEN' })).toMatchObject({ listed: false });
    expect(await world.groups.update(ada, { groupId: asked, joinPolicy: 'OPEN', listed: true })).toMatchObject({ listed: true });
    expect(await found(ada, own)).toEqual([asked]);
    const told = [(await changes(opened)).at(-1), (await changes(asked)).at(-1)];
    expect(told).toEqual([
      [ada.userId, ['joinPolicy']],
      [ada.userId, ['joinPolicy', 'listed']],
    ]);
  });

  test('searches are limited per minute, and calls of the list count too', async () => {
    const ada = await world.person();
    const { joining } = world.node({ searchesPerMinute: 2 });
    await joining.directory(ada, 'a');
    await joining.directory(ada, null);
    await expect(joining.directory(ada, 'a')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    await joining.directory(await world.person(), 'a');
  });

  test.each(['', 'x', '-1', '9223372036854775808', '1 w', '1 '])('the list rejects the cursor %j', async (after) => {
    const read = await world.joining.directory(await world.person(), null);
    expect(await refusal(read({ first: 2, after }))).toEqual({ code: 'BAD_USER_INPUT', field: ['after'] });
  });

  test.each(['', 'w', '1', '1 x', '9223372036854775808 w', '-1 w'])('a search rejects the cursor %j', async (after) => {
    const read = await world.joining.directory(await world.person(), 'w');
    expect(await refusal(read({ first: 2, after }))).toEqual({ code: 'BAD_USER_INPUT', field: ['after'] });
  });
}
