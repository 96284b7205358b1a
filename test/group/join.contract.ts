import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { JoinPolicy } from '../../src/group/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { type NodeOptions, refusal, type TalkWorld, talkOn } from './talk-world.ts';

/** What joining a group promises, on any database. */
export function promisesOfJoining(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function groupOf(owner: Viewer, joinPolicy: JoinPolicy, ...members: readonly Viewer[]): Promise<bigint> {
    const { id } = await world.groups.create(owner, { name: 'The group', joinPolicy, memberIds: members.map(({ userId }) => userId) });
    return id;
  }

  async function ban({ userId }: Viewer, conversationId: bigint): Promise<void> {
    await world.db.transaction((tx) => tx.membership.updateMany({ where: { conversationId, userId }, data: { state: 'BANNED' } }));
    await world.db.transaction((tx) => tx.conversation.update({ where: { id: conversationId }, data: { memberCount: { decrement: 1 } } }));
  }

  async function told({ userId }: Viewer): Promise<readonly string[]> {
    return (await world.entries(userId)).map(({ type }) => type).filter((type) => !type.startsWith('Session'));
  }

  describe('an open group', () => {
    it('admits any user who has its id, as the user’s own act', async () => {
      const [ada, bob] = await world.people();
      const groupId = await groupOf(ada, 'OPEN');
      const { group, request } = await world.joining.join(bob, { groupId });
      expect({ group, request }).toMatchObject({ group: { id: groupId, memberCount: 2, lastSeq: 2 }, request: null });
      expect((await world.entries(groupId)).at(-1)).toMatchObject({
        ...{ type: 'MemberJoined', actorId: bob.userId, data: { userId: bob.userId } },
      });
      expect(await world.told(bob)).toEqual([
        { type: 'ConversationOpened', data: { conversationId: groupId, seq: 1 }, actorId: bob.userId },
      ]);
      expect(await world.access(bob, groupId)).toMatchObject({ role: 'MEMBER', fromSeq: 2, joinedSeq: 2, readSeq: 1, deliveredSeq: 1 });
    });

    it('returns the group to members who join again, and logs nothing', async () => {
      const [ada, bob] = await world.people();
      const groupId = await groupOf(ada, 'OPEN', bob);
      for (const viewer of [ada, bob, bob]) expect((await world.joining.join(viewer, { groupId })).group?.lastSeq).toBe(2);
    });

    it('refuses a banned user with FORBIDDEN', async () => {
      const [ada, bob] = await world.people();
      const groupId = await groupOf(ada, 'OPEN', bob);
      await ban(bob, groupId);
      expect(await refusal(world.joining.join(bob, { groupId }))).toEqual({ code: 'FORBIDDEN', field: ['groupId'] });
      const { code } = await world.joining.createInvite(ada, { groupId });
      expect(await refusal(world.joining.join(bob, { code }))).toEqual({ code: 'FORBIDDEN', field: ['code'] });
    });

    it('admits a former member as a new member', async () => {
      const [ada, bob] = await world.people();
      const groupId = await groupOf(ada, 'OPEN', bob);
      await world.groups.leave(bob, { groupId });
      await world.joining.join(bob, { groupId });
      expect(await world.access(bob, groupId)).toMatchObject({ role: 'MEMBER', fromSeq: 4, joinedSeq: 4, readSeq: 3 });
    });

    it('gives its last place to one of ten concurrent users', async () => {
      const [ada, bob] = await world.people();
      const { groups, joining } = world.node({ maxGroupMembers: 3 });
      const { id: groupId } = await groups.create(ada, { name: 'x', joinPolicy: 'OPEN', memberIds: [bob.userId] });
      const ten = await Promise.all(Array.from({ length: 10 }, () => world.person()));
      const outcomes = await Promise.allSettled(ten.map((viewer) => joining.join(viewer, { groupId })));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await membersOf(groupId)).toEqual({ memberCount: 3, active: 3 });
      expect(await refusal(joining.join(await world.person(), { groupId }))).toEqual({ code: 'LIMIT_REACHED', field: ['groupId'] });
    });

    it('makes one membership of ten concurrent joins of a user', async () => {
      const [ada, bob] = await world.people();
      const groupId = await groupOf(ada, 'OPEN');
      await Promise.all(Array.from({ length: 10 }, () => world.joining.join(bob, { groupId })));
      expect(await membersOf(groupId)).toEqual({ memberCount: 2, active: 2 });
      expect((await world.entries(groupId)).map(({ type }) => type)).toEqual(['MemberJoined', 'MemberJoined']);
    });

    it('respects MAX_GROUPS_PER_USER', async () => {
      const [ada, bob] = await world.people();
      const { joining } = world.node({ maxGroupsPerUser: 1 });
      const [one, other] = [await groupOf(ada, 'OPEN'), await groupOf(ada, 'OPEN')];
      const outcomes = await Promise.allSettled([one, other].map((groupId) => joining.join(bob, { groupId })));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const free = (await world.access(bob, one)) === null ? one : other;
      expect(await refusal(joining.join(bob, { groupId: free }))).toEqual({ code: 'LIMIT_REACHED', field: undefined });
    });
  });

  async function membersOf(conversationId: bigint): Promise<{ readonly memberCount: number | undefined; readonly active: number }> {
    const [group] = await world.groups.byIds([conversationId]);
    const active = await world.db.client.membership.count({ where: { conversationId, state: 'ACTIVE' } });
    return { memberCount: group?.memberCount, active };
  }

  describe('an invite-only group', () => {
    it('is NOT_FOUND to any user who has its id', async () => {
      const [ada, bob, banned] = await world.people();
      const groupId = await groupOf(ada, 'INVITE_ONLY', banned);
      await ban(banned, groupId);
      for (const viewer of [bob, banned])
        expect(await refusal(world.joining.join(viewer, { groupId }))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });
  });

  it('joining is refused without exactly one of id and code, for an id that is not a group, and with an invalid note', async () => {
    const [ada, bob] = await world.people();
    const groupId = await groupOf(ada, 'OPEN');
    const { id: direct } = await world.groups.openDirect(ada, { userId: bob.userId });
    const { code } = await world.joining.createInvite(ada, { groupId });
    const join = (options: Parameters<typeof world.joining.join>[1]) => refusal(world.joining.join(bob, options));
    expect(await join({})).toEqual({ code: 'INVALID_INPUT', field: ['groupId'] });
    expect(await join({ groupId, code })).toEqual({ code: 'INVALID_INPUT', field: ['groupId'] });
    expect(await join({ groupId, note: 'x'.repeat(301) })).toEqual({ code: 'INVALID_INPUT', field: ['note'] });
    for (const none of [direct, ada.userId, 2n ** 62n])
      expect(await join({ groupId: none })).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    for (const none of ['', 'x', `${code}x`, code.toLowerCase().padEnd(20, 'x').slice(1), '\ud800'])
      expect(await join({ code: none })).toEqual({ code: 'NOT_FOUND', field: ['code'] });
    expect(await world.access(bob, groupId)).toBeNull();
  });

  it('joins and previews are throttled together', async () => {
    const [ada, bob, cy] = await world.people();
    const groupId = await groupOf(ada, 'OPEN');
    const { joining } = world.node({ joinAttempts: 3 });
    await joining.preview(bob, { groupId });
    await joining.preview(bob, { groupId: groupId + 1_000n });
    await joining.join(bob, { groupId });
    expect(await refusal(joining.preview(bob, { groupId }))).toEqual({ code: 'RATE_LIMITED', field: undefined });
    expect(await refusal(joining.join(bob, { groupId }))).toEqual({ code: 'RATE_LIMITED', field: undefined });
    expect((await joining.join(cy, { groupId })).group).not.toBeNull();
  });

  it('a dissolved group cannot be joined or previewed, by id or code', async () => {
    const [ada, bob] = await world.people();
    const groupId = await groupOf(ada, 'OPEN');
    const { code } = await world.joining.createInvite(ada, { groupId });
    await world.groups.leave(ada, { groupId });
    expect(await refusal(world.joining.join(bob, { groupId }))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    expect(await refusal(world.joining.join(bob, { code }))).toEqual({ code: 'NOT_FOUND', field: ['code'] });
    expect(await world.joining.preview(bob, { groupId })).toBeNull();
    expect(await world.joining.preview(bob, { code })).toBeNull();
  });

  describe('a preview', () => {
    it.each<[JoinPolicy, boolean]>([
      ['OPEN', true],
      ['APPROVAL', true],
      ['INVITE_ONLY', false],
    ])('of a group that is %s is visible by its id: %s; by an invite’s code and to members always', async (policy, shown) => {
      const [ada, bob, banned] = await world.people();
      const groupId = await groupOf(ada, policy, banned);
      await ban(banned, groupId);
      const { code } = await world.joining.createInvite(ada, { groupId });
      for (const viewer of [bob, banned]) {
        expect((await world.joining.preview(viewer, { groupId }))?.id).toBe(shown ? groupId : undefined);
        expect((await world.joining.preview(viewer, { code }))?.id).toBe(groupId);
      }
      expect((await world.joining.preview(ada, { groupId }))?.id).toBe(groupId);
    });

    it('is null for what is not a group, and refused with both names or none', async () => {
      const [ada, bob] = await world.people();
      const groupId = await groupOf(ada, 'OPEN');
      const { code } = await world.joining.createInvite(ada, { groupId });
      const { id: direct } = await world.groups.openDirect(ada, { userId: bob.userId });
      for (const none of [direct, ada.userId, 2n ** 62n]) expect(await world.joining.preview(ada, { groupId: none })).toBeNull();
      expect(await world.joining.preview(bob, { code: 'x'.repeat(20) })).toBeNull();
      for (const name of [{}, { groupId, code }])
        expect(await refusal(world.joining.preview(bob, name))).toEqual({ code: 'INVALID_INPUT', field: ['id'] });
    });
  });

  describe('the join policy', () => {
    it('is set when a group is created, or changed in one entry', async () => {
      const [ada, bob] = await world.people();
      expect(await world.groups.create(ada, { name: 'x' })).toMatchObject({ joinPolicy: 'INVITE_ONLY', history: 'JOINING' });
      const { id: groupId, ...made } = await world.groups.create(ada, { name: 'x', joinPolicy: 'OPEN', history: 'ALL' });
      expect(made).toMatchObject({ joinPolicy: 'OPEN', history: 'ALL' });
      await world.joining.join(bob, { groupId });
      const changed = await world.groups.update(ada, { groupId, joinPolicy: 'APPROVAL', history: 'JOINING' });
      expect(changed).toMatchObject({ joinPolicy: 'APPROVAL', history: 'JOINING' });
      expect((await world.entries(groupId)).at(-1)).toMatchObject({ type: 'GroupChanged', data: { fields: ['joinPolicy', 'history'] } });
      expect(await refusal(world.groups.update(bob, { groupId, joinPolicy: 'OPEN' }))).toMatchObject({ code: 'FORBIDDEN' });
      for (const field of ['joinPolicy', 'history'])
        expect(await refusal(world.groups.update(ada, { groupId, [field]: null }))).toEqual({ code: 'INVALID_INPUT', field: [field] });
    });
  });

  describe('a join request', () => {
    async function asking(options: NodeOptions = {}) {
      const [ada, bob, cy] = await world.people();
      const groupId = await groupOf(ada, 'APPROVAL', bob);
      await world.db.transaction((tx) =>
        tx.membership.updateMany({ where: { conversationId: groupId, userId: bob.userId }, data: { role: 'ADMIN' } }),
      );
      const { joining } = world.node(options);
      const { request } = await joining.join(cy, { groupId, note: 'please' });
      if (request === null) throw new Error('nobody was asked');
      return { ada, bob, cy, groupId, joining, ref: { conversationId: groupId, userId: cy.userId }, request };
    }

    it('waits for the owner and admins, who are notified, as are the requester’s devices', async () => {
      const { ada, bob, cy, groupId, ref, request, joining } = await asking();
      expect(request).toMatchObject({ ...ref, note: 'please', open: true });
      expect(await told(cy)).toEqual(['JoinRequestSent']);
      for (const runner of [ada, bob]) {
        expect((await world.entries(runner.userId)).at(-1)).toMatchObject({ type: 'JoinRequestReceived', actorId: cy.userId, data: ref });
      }
      expect(await joining.requests(groupId, { first: 5 })).toMatchObject({ items: [{ request: { note: 'please' } }], hasNextPage: false });
      expect(await joining.countRequests(groupId)).toBe(1);
      expect(await joining.ownRequests(cy, { first: 5 })).toMatchObject({ items: [{ request: ref }], hasNextPage: false });
      expect(await world.access(cy, groupId)).toBeNull();
    });

    it('made again is the same, with its first note', async () => {
      const { cy, groupId, request, joining } = await asking();
      const again = await Promise.all(Array.from({ length: 5 }, () => joining.join(cy, { groupId, note: 'now!' })));
      for (const { request: same } of again) expect(same).toEqual(request);
      expect(await told(cy)).toEqual(['JoinRequestSent']);
    });

    it('is made once in a race', async () => {
      const [ada, bob] = await world.people();
      const groupId = await groupOf(ada, 'APPROVAL');
      await Promise.all(Array.from({ length: 10 }, () => world.joining.join(bob, { groupId })));
      expect(await world.joining.countRequests(groupId)).toBe(1);
      expect((await told(ada)).filter((type) => type === 'JoinRequestReceived')).toHaveLength(1);
    });

    it('can be accepted by an admin: the requester is a member, and all are notified', async () => {
      const { ada, bob, cy, groupId, ref, joining } = await asking();
      const { group, member } = await joining.answer(bob, ref, { accept: true });
      expect({ group, member }).toMatchObject({ group: { memberCount: 3 }, member: { userId: cy.userId, role: 'MEMBER' } });
      expect((await world.entries(groupId)).at(-1)).toMatchObject({ type: 'MemberJoined', actorId: bob.userId });
      for (const viewer of [ada, bob]) {
        expect((await world.entries(viewer.userId)).at(-1)).toMatchObject({ type: 'JoinRequestClosed', data: { ...ref, accepted: true } });
      }
      expect(await told(cy)).toEqual(['JoinRequestSent', 'ConversationOpened', 'JoinRequestClosed']);
      expect(await joining.requestsByRefs([ref])).toEqual([null]);
      expect(await joining.countRequests(groupId)).toBe(0);
      expect(await joining.countOwnRequests(cy)).toBe(0);
    });

    it('is declined silently: it stays pending for the requester, who cancels it to request again', async () => {
      const { ada, bob, cy, groupId, ref, joining } = await asking();
      expect((await joining.answer(ada, ref, { accept: false })).member).toBeNull();
      expect((await world.entries(bob.userId)).at(-1)).toMatchObject({ type: 'JoinRequestClosed', data: { ...ref, accepted: false } });
      expect(await told(cy)).toEqual(['JoinRequestSent']);
      expect(await joining.countRequests(groupId)).toBe(0);
      expect(await joining.countOwnRequests(cy)).toBe(1);
      expect((await joining.join(cy, { groupId })).request).toMatchObject(ref);
      expect(await joining.countRequests(groupId)).toBe(0);
      const before = (await world.entries(ada.userId)).length;
      await joining.cancel(cy, ref);
      expect((await world.entries(ada.userId)).length).toBe(before);
      await joining.join(cy, { groupId, note: 'once more' });
      expect(await joining.requests(groupId, { first: 5 })).toMatchObject({ items: [{ request: { note: 'once more' } }] });
    });

    it('is cancelled once, and the owner is notified', async () => {
      const { ada, cy, groupId, ref, joining } = await asking();
      for (let times = 0; times < 2; times += 1) await joining.cancel(cy, ref);
      expect((await world.entries(ada.userId)).at(-1)).toMatchObject({ type: 'JoinRequestClosed', data: { ...ref, accepted: false } });
      expect(await told(cy)).toEqual(['JoinRequestSent', 'JoinRequestClosed']);
      expect(await joining.countRequests(groupId)).toBe(0);
      expect(await refusal(joining.answer(ada, ref, { accept: true }))).toEqual({ code: 'NOT_FOUND', field: ['requestId'] });
    });

    it('stays when the group becomes INVITE_ONLY: the requester finds it and the group, banned or not, and it can be accepted', async () => {
      const { ada, cy, groupId, ref, request, joining } = await asking();
      const banned = await world.person();
      await joining.join(banned, { groupId });
      await world.groups.removeMember(ada, { groupId, userId: banned.userId, ban: true });
      await world.groups.update(ada, { groupId, joinPolicy: 'INVITE_ONLY' });
      for (const viewer of [cy, banned]) {
        expect((await joining.join(viewer, { groupId })).request).toMatchObject({ conversationId: groupId, userId: viewer.userId });
        expect((await joining.preview(viewer, { groupId }))?.id).toBe(groupId);
      }
      expect((await joining.join(cy, { groupId })).request).toEqual(request);
      expect((await joining.answer(ada, ref, { accept: true })).member).toMatchObject({ userId: cy.userId });
    });

    it('is answered once: the second answer is refused', async () => {
      const { ada, bob, cy, groupId, ref, joining } = await asking();
      const answers = await Promise.allSettled([joining.answer(ada, ref, { accept: true }), joining.answer(bob, ref, { accept: false })]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect((await world.access(cy, groupId)) !== null).toBe(answers[0]?.status === 'fulfilled');
      expect(await refusal(joining.answer(ada, ref, { accept: true }))).toEqual({ code: 'NOT_FOUND', field: ['requestId'] });
    });

    it('is either accepted or cancelled in a race of both', async () => {
      const { ada, cy, groupId, ref, joining } = await asking();
      const [accepted, cancelled] = await Promise.allSettled([joining.answer(ada, ref, { accept: true }), joining.cancel(cy, ref)]);
      expect([accepted.status, cancelled.status].toSorted()).toEqual(['fulfilled', 'rejected']);
      expect((await world.access(cy, groupId)) !== null).toBe(accepted.status === 'fulfilled');
    });

    it('cannot be answered or cancelled by a member or an outsider, nor answered by its requester', async () => {
      const { ada, cy, groupId, ref, joining } = await asking();
      const [member, stranger] = await world.people();
      await world.groups.addMembers(ada, { groupId, userIds: [member.userId] });
      expect(await refusal(joining.answer(member, ref, { accept: true }))).toEqual({ code: 'FORBIDDEN', field: undefined });
      // The same if there is no request, so that a member learns nothing.
      expect(await refusal(joining.answer(member, { ...ref, userId: stranger.userId }, { accept: true }))).toMatchObject({
        code: 'FORBIDDEN',
      });
      expect(await refusal(joining.answer(stranger, ref, { accept: true }))).toEqual({ code: 'NOT_FOUND', field: ['requestId'] });
      expect(await refusal(joining.answer(cy, ref, { accept: true }))).toEqual({ code: 'FORBIDDEN', field: ['requestId'] });
      expect(await refusal(joining.cancel(ada, ref))).toEqual({ code: 'FORBIDDEN', field: ['requestId'] });
      expect(await refusal(joining.cancel(member, ref))).toMatchObject({ code: 'FORBIDDEN' });
      expect(await refusal(joining.cancel(stranger, ref))).toEqual({ code: 'NOT_FOUND', field: ['requestId'] });
      expect(await joining.countRequests(groupId)).toBe(1);
    });

    it('is settled by any other way in: an invite, an addition, the group’s opening', async () => {
      const ways = [
        async ({ ada, cy, groupId, joining }: Awaited<ReturnType<typeof asking>>) => {
          const { code } = await joining.createInvite(ada, { groupId });
          await joining.join(cy, { code });
        },
        ({ bob, cy, groupId }: Awaited<ReturnType<typeof asking>>) =>
          world.groups.addMembers(bob, { groupId, userIds: [cy.userId, cy.userId] }),
        async ({ ada, cy, groupId, joining }: Awaited<ReturnType<typeof asking>>) => {
          await world.groups.update(ada, { groupId, joinPolicy: 'OPEN' });
          expect(await joining.countRequests(groupId)).toBe(1);
          await joining.join(cy, { groupId });
        },
      ];
      for (const come of ways) {
        const scene = await asking();
        await come(scene);
        const { bob, cy, groupId, ref, joining } = scene;
        expect(await joining.countRequests(groupId)).toBe(0);
        expect((await world.entries(bob.userId)).filter(({ type }) => type === 'JoinRequestClosed')).toMatchObject([
          { data: { ...ref, accepted: true } },
        ]);
        expect((await told(cy)).toSorted()).toEqual(['ConversationOpened', 'JoinRequestClosed', 'JoinRequestSent']);
      }
    });

    it('that was declined is settled by an invite too, and only the requester is notified', async () => {
      const { ada, bob, cy, groupId, ref, joining } = await asking();
      await joining.answer(ada, ref, { accept: false });
      const { code } = await joining.createInvite(ada, { groupId });
      await joining.join(cy, { code });
      expect(await joining.countOwnRequests(cy)).toBe(0);
      expect((await world.entries(bob.userId)).filter(({ type }) => type === 'JoinRequestClosed')).toHaveLength(1);
      expect(await told(cy)).toContain('JoinRequestClosed');
    });

    it('is not accepted past MAX_GROUP_MEMBERS or MAX_GROUPS_PER_USER', async () => {
      const { ada, ref, joining, groupId } = await asking({ maxGroupMembers: 2 });
      expect(await refusal(joining.answer(ada, ref, { accept: true }))).toEqual({ code: 'LIMIT_REACHED', field: ['requestId'] });
      expect(await joining.countRequests(groupId)).toBe(1);
      const busy = await asking({ maxGroupsPerUser: 1 });
      await groupOf(busy.cy, 'OPEN');
      expect(await refusal(busy.joining.answer(busy.ada, busy.ref, { accept: true }))).toEqual({
        code: 'LIMIT_REACHED',
        field: ['requestId'],
      });
    });

    it('counts toward a limit per user, except when cancelled or when its group is gone', async () => {
      const { ada, cy, ref, joining } = await asking({ maxJoinRequests: 2 });
      const [second, third] = [await groupOf(ada, 'APPROVAL'), await groupOf(ada, 'APPROVAL')];
      await joining.join(cy, { groupId: second });
      expect(await refusal(joining.join(cy, { groupId: third }))).toEqual({ code: 'LIMIT_REACHED', field: undefined });
      await joining.cancel(cy, ref);
      await joining.join(cy, { groupId: third });
      await world.groups.leave(ada, { groupId: second });
      expect((await joining.ownRequests(cy, { first: 5 })).items.map(({ request }) => request.conversationId)).toEqual([third]);
      await joining.join(cy, { groupId: ref.conversationId });
    });

    it('ends with its group, and the requester is notified once, by a job', async () => {
      const [ada, bob] = await world.people();
      const groupId = await groupOf(ada, 'APPROVAL');
      await world.joining.join(bob, { groupId });
      await world.groups.leave(ada, { groupId });
      expect(await world.joining.countOwnRequests(bob)).toBe(0);
      for (let times = 0; times < 2; times += 1) await world.joining.tellDissolved({ groupId, actorId: ada.userId });
      expect(await told(bob)).toEqual(['JoinRequestSent', 'JoinRequestClosed']);
    });

    it('is left to a job when its group ends, also by its last member’s leaving', async () => {
      const [ada] = await world.people();
      const groupId = await groupOf(ada, 'APPROVAL');
      await world.groups.leave(ada, { groupId });
      const jobs = await world.db.client.job.findMany({ where: { kind: 'GroupDissolved', key: String(groupId) } });
      expect(jobs.map(({ data }) => JSON.parse(data))).toEqual([{ groupId: String(groupId), actorId: String(ada.userId) }]);
    });

    it('is withdrawn when the requester’s account is erased, and the owner is notified', async () => {
      const { ada, cy, groupId, ref, joining } = await asking();
      for (let times = 0; times < 2; times += 1) await joining.withdrawAll(cy.userId, AbortSignal.timeout(10_000));
      expect((await world.entries(ada.userId)).at(-1)).toMatchObject({ type: 'JoinRequestClosed', data: { ...ref, accepted: false } });
      expect(await joining.countRequests(groupId)).toBe(0);
    });

    it('is listed with the others in pages, newest first', async () => {
      const [ada] = await world.people();
      const groupId = await groupOf(ada, 'APPROVAL');
      const askers = await Promise.all(Array.from({ length: 5 }, () => world.person()));
      for (const asker of askers) {
        await world.joining.join(asker, { groupId });
        await world.tick();
      }
      const listed: bigint[] = [];
      for (let after: string | undefined; ; ) {
        const { items, hasNextPage } = await world.joining.requests(groupId, { first: 2, after });
        listed.push(...items.map(({ request }) => request.userId));
        after = items.at(-1)?.key;
        if (!hasNextPage) break;
      }
      expect(listed).toEqual(askers.map(({ userId }) => userId).toReversed());
      for (const after of ['x', '1', `1:${2n ** 63n}`, '9999999999999999:1'])
        expect(await refusal(world.joining.requests(groupId, { first: 1, after }))).toEqual({ code: 'BAD_USER_INPUT', field: ['after'] });
    });

    it('to each of several groups is in the requester’s own list in pages, newest first', async () => {
      const [ada, bob] = await world.people();
      const asked: bigint[] = [];
      for (let n = 0; n < 4; n += 1) {
        asked.push(await groupOf(ada, 'APPROVAL'));
        await world.joining.join(bob, { groupId: asked.at(-1) });
        await world.tick();
      }
      const first = await world.joining.ownRequests(bob, { first: 3 });
      const rest = await world.joining.ownRequests(bob, { first: 3, after: first.items.at(-1)?.key });
      expect([...first.items, ...rest.items].map(({ request }) => request.conversationId)).toEqual(asked.toReversed());
      expect([first.hasNextPage, rest.hasNextPage]).toEqual([true, false]);
    });
  });
}
