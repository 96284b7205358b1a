import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { createContacts } from '../../src/contact/index.ts';
import type { Db } from '../../src/db/index.ts';
import { frozenMarkers, type Role } from '../../src/group/index.ts';
import { findMembers, type MemberSearchBounds } from '../../src/group/member-search.ts';
import { createMemoryLimits } from '../../src/limit/limit.memory.ts';
import type { Viewer } from '../../src/user/index.ts';
import { usersOn } from '../user/users-world.ts';
import { refusal, type TalkWorld, talkOn } from './talk-world.ts';

const generous = { searchesPerMinute: 100_000, maxAdmins: 50 };

/** What searches for conversations and members promise, on any database. */
export function promisesOfFinding(open: () => Promise<Db>): void {
  let world: TalkWorld;
  let users: ReturnType<typeof usersOn>;
  beforeAll(async () => {
    world = talkOn(await open());
    users = usersOn(world.db);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function called(displayName: string): Promise<Viewer> {
    return (await users.newcomer({ displayName })).viewer;
  }

  describe('a search for conversations', () => {
    async function found(viewer: Viewer, text: string, more: { readonly first?: number; readonly after?: string } = {}) {
      const { groups } = world.node(generous);
      return groups.list(viewer, { first: 100, ...more, sieves: [await groups.called(viewer, text)] });
    }
    async function idsOf(viewer: Viewer, text: string): Promise<readonly bigint[]> {
      return (await found(viewer, text)).items.map(({ conversation }) => conversation.id);
    }
    async function group(owner: Viewer, name: string): Promise<bigint> {
      await world.tick();
      return (await world.groups.create(owner, { name, memberIds: [] })).id;
    }

    it('finds a group by word prefixes of its name, with every word of the search matching one', async () => {
      const ada = await world.person();
      const lunch = await group(ada, 'Lunch & Café-Crème');
      const other = await group(ada, 'Late lunches');
      const tokyo = await group(ada, '東京オフィス');
      expect(await idsOf(ada, 'lun')).toEqual([other, lunch]);
      for (const text of ['LUNCH cafe', 'creme', 'café-cr', 'c l']) expect(await idsOf(ada, text), text).toEqual([lunch]);
      expect(await idsOf(ada, 'オフィス')).toEqual([tokyo]);
      for (const text of ['unch', 'lunch dinner', 'fe', '', ' ', '%', '…']) expect(await idsOf(ada, text), text).toEqual([]);
    });

    it('finds a direct conversation by the other user’s handle, display name or alias, in any mixture', async () => {
      const [ada, bob] = [await called('Ada Byron'), await called('Bob Čapek')];
      const contacts = createContacts({ ...world, limits: createMemoryLimits(), config: readConfig({}), blockEffects: frozenMarkers });
      await contacts.request(ada, { userId: bob.userId });
      await contacts.request(bob, { userId: ada.userId });
      const id = await world.direct(ada, bob);
      await world.say(ada, id);
      const own = await world.direct(ada, ada);
      const { handle } = (await users.users.byIds([bob.userId]))[0] ?? {};
      await contacts.update(ada, { userId: ada.userId, otherId: bob.userId }, { alias: 'the Plumber' });
      for (const text of ['bo', 'capek', handle ?? '', 'plumb', 'plumber capek', `THE ${handle}`])
        expect(await idsOf(ada, text), text).toEqual([id]);
      expect(await idsOf(bob, 'plumber')).toEqual([]);
      expect(await idsOf(bob, 'byron')).toEqual([id]);
      expect(await idsOf(ada, 'byron')).toEqual([own]);
      await contacts.update(ada, { userId: ada.userId, otherId: bob.userId }, { alias: null });
      expect(await idsOf(ada, 'plumber')).toEqual([]);
    });

    it('does not find others’ conversations, dissolved groups or erased users', async () => {
      const [ada, bob] = [await called('Ada'), await called('Zebedee')];
      const theirs = await group(bob, 'Zebras');
      const over = await group(ada, 'Zebus');
      await world.groups.dissolve(ada, { groupId: over });
      const direct = await world.direct(ada, bob);
      expect(await idsOf(ada, 'zeb')).toEqual([direct]);
      expect(await idsOf(bob, 'zeb')).toEqual([theirs]);
      await world.db.transaction((tx) => tx.user.update({ where: { id: bob.userId }, data: { state: 'ERASED' } }));
      expect(await idsOf(ada, 'zeb')).toEqual([]);
    });

    it('returns pages by latest activity, combined with other filters', async () => {
      const [ada, bob] = await world.people();
      const ids: bigint[] = [];
      for (let n = 0; n < 7; n += 1) {
        ids.push(await group(ada, n % 2 === 0 ? `Team ${n}` : 'Others'));
      }
      const [t0, , t2, , t4, , t6] = ids;
      const one = await found(ada, 'team', { first: 3 });
      expect([one.items.map(({ conversation }) => conversation.id), one.hasNextPage]).toEqual([[t6, t4, t2], true]);
      const two = await found(ada, 'team', { first: 3, after: one.items[1]?.key ?? '' });
      expect([two.items.map(({ conversation }) => conversation.id), two.hasNextPage]).toEqual([[t2, t0], false]);
      await world.groups.updateOwnPart(ada, { conversationId: t4 ?? 0n, pinned: true });
      await world.groups.addMembers(ada, { groupId: t2 ?? 0n, userIds: [bob.userId] });
      await world.say(bob, t2 ?? 0n);
      const sieves = async (unread: boolean) => [await world.groups.called(ada, 'team'), ...world.messages.waiting(ada, { unread })];
      const list = async (unread: boolean, pinned: boolean) =>
        (await world.groups.list(ada, { first: 10, marks: { pinned }, sieves: await sieves(unread) })).items.map(
          ({ conversation }) => conversation.id,
        );
      expect([await list(true, false), await list(true, true), await list(false, true)]).toEqual([[t2], [], [t4]]);
    });

    it('is limited per user', async () => {
      const { groups } = world.node({ searchesPerMinute: 2 });
      const [ada, bob] = await world.people();
      await groups.called(ada, 'a');
      await groups.called(ada, 'b');
      expect(await refusal(groups.called(ada, 'c'))).toMatchObject({ code: 'RATE_LIMITED' });
      await groups.called(bob, 'c');
    });
  });

  describe('a search for members', () => {
    const names = ['Anna Ek', 'Anna-Lena Bo', 'Bo Anders', 'Ænna', 'Annabel An', 'Ines', '安娜'];
    const nicknames = ['Boss', 'Anna the First', 'El'];
    let id: bigint;
    let owner: Viewer;
    interface Expected {
      readonly userId: bigint;
      readonly words: readonly string[];
      readonly role: Role;
    }
    const people: Expected[] = [];
    let memberCount: number;

    const admins: ReadonlySet<number> = new Set([1, 8, 9, 20]);

    /** Sets up a member by position: every fifth has a nickname, every eleventh leaves. */
    async function settle(viewer: Viewer, name: string, n: number): Promise<void> {
      const conversationId = id;
      const nickname = n % 5 === 0 ? (nicknames[n % 3] ?? '') : '';
      if (nickname !== '') await world.groups.updateOwnPart(viewer, { conversationId, nickname });
      if (admins.has(n)) await world.groups.setRole(owner, { groupId: id, userId: viewer.userId, role: 'ADMIN' });
      if (n % 11 === 10) return world.groups.leave(viewer, { groupId: id });
      const [user] = await users.users.byIds([viewer.userId]);
      const words = [user?.handle ?? '', ...`${name} ${nickname}`.toLowerCase().split(/[ -]/), ...(name === '安娜' ? ['娜'] : [])];
      people.push({ userId: viewer.userId, role: roleOf(n), words });
    }

    function roleOf(n: number): Role {
      if (n === 0) return 'OWNER';
      return admins.has(n) ? 'ADMIN' : 'MEMBER';
    }

    beforeAll(async () => {
      owner = await called('Owner Anna');
      const members: Viewer[] = [];
      const nameOf = (n: number) => (n === 0 ? 'Owner Anna' : (names[n % names.length] ?? ''));
      for (let n = 1; n <= 35; n += 1) members.push(await called(nameOf(n)));
      // Users with the same names who are not in the group.
      for (const name of names) await called(name);
      id = await world.group(owner, ...members);
      for (const [n, viewer] of [owner, ...members].entries()) await settle(viewer, nameOf(n), n);
      memberCount = people.length;
    });

    async function all(
      search: string,
      {
        bounds,
        first,
        roles,
      }: { readonly bounds: MemberSearchBounds; readonly first: number; readonly roles?: readonly Role[] | undefined },
    ) {
      const ids: bigint[] = [];
      const pages: number[] = [];
      for (let after: string | undefined; ; ) {
        const page = await findMembers(
          { db: world.db, config: { ...readConfig({}) } },
          { id, memberCount },
          { search, roles, first, after },
          bounds,
        );
        expect(page.hasPreviousPage).toBe(ids.length > 0);
        ids.push(...page.items.map(({ member }) => member.userId));
        pages.push(page.items.length);
        if (page.endKey === null) return { ids, pages };
        after = page.endKey;
      }
    }

    function expected(search: string, roles?: readonly Role[]): readonly bigint[] {
      const wanted = search.split(' ').filter((word) => word !== '');
      const isFound = (words: readonly string[]) => wanted.every((word) => words.some((each) => each.startsWith(word)));
      const matching = people.filter(({ words, role }) => wanted.length > 0 && isFound(words) && (roles?.includes(role) ?? true));
      return matching.map(({ userId }) => userId).toSorted();
    }

    it.each([
      ['in a small group', { lookedAt: 5_000, nicknamed: 1_000 }],
      ['in one that is large for it', { lookedAt: 4, nicknamed: 1_000 }],
      ['one step at a time', { lookedAt: 1, nicknamed: 1_000 }],
    ])('finds each member once by prefixes of handle, name and nickname, %s', async (_what, bounds) => {
      for (const search of ['a', 'an', 'anna', 'b', 'bo an', 'boss', 'anna first', 'el', 'e', 'u', '娜', 'anna bo', 'x', 'anna x', '']) {
        for (const first of [1, 3, 100]) {
          const { ids } = await all(search, { bounds, first });
          expect(new Set(ids).size, search).toBe(ids.length);
          expect(ids.toSorted(), `${search}, ${first} at a time`).toEqual(expected(search));
        }
      }
    });

    it('finds only members with the given roles', async () => {
      for (const roles of [['OWNER', 'ADMIN'], ['ADMIN'], ['MEMBER'], ['OWNER', 'MEMBER'], []] satisfies Role[][]) {
        for (const lookedAt of [5_000, 4]) {
          const { ids } = await all('an', { bounds: { lookedAt, nicknamed: 1_000 }, first: 3, roles });
          expect(ids.toSorted(), roles.join()).toEqual(expected('an', roles));
        }
      }
    });

    it('orders members by the matching term', async () => {
      const { items } = await world.groups.findMembers(owner, { id, memberCount }, { search: 'annab', first: 100 });
      const keys = items.map(({ key }) => key.split(' ')[2]);
      expect(keys).toEqual(keys.map(() => 'annabel'));
      const { ids } = await all('b', { bounds: { lookedAt: 4, nicknamed: 1_000 }, first: 100 });
      const whole = await all('b', { bounds: { lookedAt: 5_000, nicknamed: 1_000 }, first: 100 });
      expect(ids).toEqual(whole.ids);
    });

    it('ignores nicknames if too many members have one, and still finds those members by their own names', async () => {
      const bounds = { lookedAt: 5_000, nicknamed: 2 };
      expect((await all('first', { bounds, first: 10 })).ids).toEqual([]);
      expect((await all('ines', { bounds, first: 10 })).ids.toSorted()).toEqual(expected('ines'));
    });

    it('ends a page that has found nothing for long, and continues from there', async () => {
      const s = randomBytes(4).toString('hex');
      // They match and are not in the group; with random ids, about half of them come first.
      for (let n = 0; n < 6; n += 1) await called(`q${s}${n}`);
      const { ids, pages } = await all(`q${s}`, { bounds: { lookedAt: 2, nicknamed: 10 }, first: 10 });
      expect(ids).toEqual([]);
      expect(pages.length).toBeGreaterThan(1);
    });

    it.each(['', '1', '2 1 anna', '1 x anna', '1 1', '1 1 bo'])('rejects the cursor %j', async (after) => {
      const searching = world.groups.findMembers(owner, { id, memberCount }, { search: 'anna', first: 1, after });
      expect(await refusal(searching)).toEqual({ code: 'BAD_USER_INPUT', field: ['after'] });
    });

    it('allows ten times as many calls as other searches', async () => {
      const { groups } = world.node({ searchesPerMinute: 1 });
      for (let n = 0; n < 10; n += 1) await groups.findMembers(owner, { id, memberCount }, { search: 'a', first: 1 });
      const next = groups.findMembers(owner, { id, memberCount }, { search: 'a', first: 1 });
      expect(await refusal(next)).toMatchObject({ code: 'RATE_LIMITED' });
    });
  });

  describe('a list of members', () => {
    it('contains only members with the given roles, in the order of their joins', async () => {
      const [ada, bob, cy] = await world.people();
      const [dan, eve] = await world.people();
      const group = await world.group(ada);
      for (const { userId } of [eve, dan, cy, bob]) await world.groups.addMembers(ada, { groupId: group, userIds: [userId] });
      for (const { userId } of [bob, eve]) await world.groups.setRole(ada, { groupId: group, userId, role: 'ADMIN' });
      const list = async (roles: readonly Role[] | undefined, first: number, after?: string) => {
        const { items, hasNextPage } = await world.groups.members(group, { first, after, roles });
        return { ids: items.map(({ member }) => member.userId), hasNextPage, key: items.at(-1)?.key };
      };
      const one = await list(['ADMIN', 'OWNER'], 2);
      expect(one).toMatchObject({ ids: [ada.userId, eve.userId], hasNextPage: true });
      expect(await list(['ADMIN', 'OWNER'], 2, one.key)).toMatchObject({ ids: [bob.userId], hasNextPage: false });
      expect(await list(['MEMBER'], 10)).toMatchObject({ ids: [dan.userId, cy.userId] });
      expect(await list(['OWNER', 'MEMBER'], 10)).toMatchObject({ ids: [ada.userId, dan.userId, cy.userId] });
      expect((await list(undefined, 10)).ids).toHaveLength(5);
      expect(await list([], 10)).toMatchObject({ ids: [], hasNextPage: false });
    });
  });
}
