import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { JoinPolicy } from '../../src/group/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOn } from '../support/chat.ts';
import { person } from '../support/people.ts';
import { randomFrom } from '../support/random.ts';
import { realStores, type Stores } from '../support/stores.ts';

// Enough rounds of each race to see every order of its parts, in less than minutes.
const rounds = 12;
// About the duration of an act, so that acts come in any order and overlap.
const spreadMs = 12;
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31) + 1);
const random = randomFrom(seed);

type Act = (chat: Chat) => Promise<unknown>;

/** Runs these alternately on two nodes, each after a random delay. Returns which succeeded. */
function race(acts: readonly Act[], chats: readonly [Chat, Chat]): Promise<readonly boolean[]> {
  return Promise.all(
    acts.map(async (act, place) => {
      await delay(random() * spreadMs);
      return act(chats[place % 2 === 0 ? 0 : 1]).then(
        () => true,
        (error: unknown) => {
          // The losers are refused. Nothing may break.
          expect(String(error)).toMatch(/^ChatError/);
          return false;
        },
      );
    }),
  );
}

/** Runs these one after the other, alternately on two nodes. Returns which succeeded. */
async function inTurn(acts: readonly Act[], chats: readonly [Chat, Chat]): Promise<readonly boolean[]> {
  const came: boolean[] = [];
  for (const [place, act] of acts.entries()) came.push(...(await race([act], place % 2 === 0 ? chats : [chats[1], chats[0]])));
  return came;
}

describe(`in races on two nodes (SEED=${seed})`, () => {
  const open = new AsyncDisposableStack();
  let chats: readonly [Chat, Chat];
  beforeAll(async () => {
    const stores: Stores = open.use(await realStores());
    const env = { JOIN_ATTEMPTS: '100000', MAX_GROUP_MEMBERS: '6' };
    chats = [open.use(await chatOn(stores, env)), open.use(await chatOn(stores, env))];
  });
  afterAll(() => open.disposeAsync());

  const people = (count: number) => Promise.all(Array.from({ length: count }, () => person(chats[0], 'racer')));

  async function groupOf(owner: Viewer, joinPolicy: JoinPolicy, ...members: readonly Viewer[]): Promise<bigint> {
    const memberIds = members.map(({ userId }) => userId);
    return (await chats[0].groups.create(owner, { name: 'A group', joinPolicy, memberIds })).id;
  }

  /** Returns the members of a group, and checks that the count, the list and each membership agree. */
  async function membersOf(groupId: bigint, among: readonly Viewer[]): Promise<readonly bigint[]> {
    const [{ items }, [group], parts] = await Promise.all([
      chats[1].groups.members(groupId, { first: 50 }),
      chats[1].groups.byIds([groupId]),
      chats[1].groups.memberships(among.map(({ userId }) => ({ conversationId: groupId, userId }))),
    ]);
    const ids = items.map(({ member }) => member.userId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(group?.memberCount).toBe(ids.length);
    expect(ids.length).toBeLessThanOrEqual(6);
    expect(parts.flatMap((part) => (part === null ? [] : [part.userId]))).toEqual(
      among.map(({ userId }) => userId).filter((id) => ids.includes(id)),
    );
    return ids;
  }

  it('an invite with one use left admits one of ten users', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [ada, ...ten] = await people(11);
      if (ada === undefined) return expect.fail();
      const groupId = await groupOf(ada, 'INVITE_ONLY');
      const { id, code } = await chats[0].joining.createInvite(ada, { groupId, maxUses: 1 });
      const came = await race(
        ten.map((viewer) => (chat: Chat) => chat.joining.join(viewer, { code })),
        chats,
      );
      expect(came.filter(Boolean)).toHaveLength(1);
      expect(await membersOf(groupId, ten)).toHaveLength(2);
      expect(await chats[1].joining.invitesByIds([id])).toEqual([null]);
    }
  });

  it('the last place in a group goes to one of ten users, however they join', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [ada, bob, cy, dan, eve, ...ten] = await people(15);
      if (!(ada && bob && cy && dan && eve)) return expect.fail();
      const groupId = await groupOf(ada, 'OPEN', bob, cy, dan, eve);
      const { code } = await chats[0].joining.createInvite(ada, { groupId });
      await race(
        ten.map((viewer, place) => async (chat: Chat) => {
          if (place % 3 === 0) return chat.joining.join(viewer, { groupId });
          if (place % 3 === 1) return chat.joining.join(viewer, { code });
          return chat.groups.addMembers(ada, { groupId, userIds: [viewer.userId] });
        }),
        chats,
      );
      expect(await membersOf(groupId, ten)).toHaveLength(6);
    }
  });

  it('a join request that is accepted, declined and cancelled at once has one result, and none waits for an answer', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [ada, cy] = await people(2);
      if (!(ada && cy)) return expect.fail();
      const groupId = await groupOf(ada, 'APPROVAL');
      await chats[0].joining.join(cy, { groupId });
      const ref = { conversationId: groupId, userId: cy.userId };
      const [accepted, cancelled, declined] = await race(
        [
          (chat) => chat.joining.answer(ada, ref, { accept: true }),
          (chat) => chat.joining.cancel(cy, ref),
          (chat) => chat.joining.answer(ada, ref, { accept: false }),
        ],
        chats,
      );
      // At most one of the two answers succeeds. A request that was declined without notice may still be cancelled.
      expect([accepted, declined].filter(Boolean).length).toBeLessThanOrEqual(1);
      if (accepted) expect(cancelled).toBe(false);
      expect((await membersOf(groupId, [cy])).includes(cy.userId)).toBe(accepted);
      expect(await chats[1].joining.countRequests(groupId)).toBe(0);
      expect(await chats[1].joining.countOwnRequests(cy)).toBe(!accepted && !cancelled ? 1 : 0);
    }
  });

  it('a user who asks to join, is added and uses an invite at once is a member once, and no request stays pending', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [ada, cy] = await people(2);
      if (!(ada && cy)) return expect.fail();
      const groupId = await groupOf(ada, 'APPROVAL');
      const { code } = await chats[0].joining.createInvite(ada, { groupId });
      await race(
        [
          (chat) => chat.joining.join(cy, { groupId }),
          (chat) => chat.joining.join(cy, { code }),
          (chat) => chat.groups.addMembers(ada, { groupId, userIds: [cy.userId] }),
          (chat) => chat.joining.join(cy, { groupId, note: 'once more' }),
        ],
        chats,
      );
      expect(await membersOf(groupId, [cy])).toHaveLength(2);
      expect(await chats[1].joining.countRequests(groupId)).toBe(0);
      expect(await chats[1].joining.countOwnRequests(cy)).toBe(0);
    }
  });

  it('a group that its owner leaves while others join is dissolved without members, or keeps its owner', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [ada, ...others] = await people(3);
      if (ada === undefined) return expect.fail();
      const groupId = await groupOf(ada, 'OPEN');
      const leave: Act = (chat) => chat.groups.leave(ada, { groupId });
      const joins = others.map(
        (viewer): Act =>
          (chat) =>
            chat.joining.join(viewer, { groupId }),
      );
      // A race need not have both outcomes. The first two rounds do.
      const [left, ...joined] =
        round === 0
          ? await inTurn([leave, ...joins], chats)
          : round === 1
            ? (await inTurn([...joins, leave], chats)).toReversed()
            : await race([leave, ...joins], chats);
      if (round < 2) expect(left).toBe(round === 0);
      // Either the last member dissolved it and nobody has joined, or somebody joined first and the owner stays.
      const [group] = await chats[1].groups.byIds([groupId]);
      expect(group === null).toBe(left);
      if (left) {
        expect(joined).toEqual(others.map(() => false));
        expect(await chats[1].groups.memberships([ada, ...others].map(({ userId }) => ({ conversationId: groupId, userId })))).toEqual([
          null,
          null,
          null,
        ]);
      } else {
        expect(joined).toContain(true);
        expect(await membersOf(groupId, [ada, ...others])).toHaveLength(1 + joined.filter(Boolean).length);
        expect((await membersOf(groupId, [ada])).includes(ada.userId)).toBe(true);
      }
    }
  });

  it('a user who is removed while they join again is a member once, or not at all', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [ada, cy] = await people(2);
      if (!(ada && cy)) return expect.fail();
      const groupId = await groupOf(ada, 'OPEN', cy);
      await race(
        [
          (chat) => chat.groups.removeMember(ada, { groupId, userId: cy.userId }),
          (chat) => chat.joining.join(cy, { groupId }),
          (chat) => chat.groups.leave(cy, { groupId }),
          (chat) => chat.joining.join(cy, { groupId }),
        ],
        chats,
      );
      expect([1, 2]).toContain((await membersOf(groupId, [cy])).length);
    }
  });

  it('a user who is banned while they join, ask or use an invite is no member in the end, and has no pending request', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [ada, cy] = await people(2);
      if (!(ada && cy)) return expect.fail();
      const groupId = await groupOf(ada, round % 2 === 0 ? 'OPEN' : 'APPROVAL');
      const { code } = await chats[0].joining.createInvite(ada, { groupId });
      const [, banned] = await race(
        [
          (chat) => chat.joining.join(cy, { groupId }),
          (chat) => chat.groups.removeMember(ada, { groupId, userId: cy.userId, ban: true }),
          (chat) => chat.joining.join(cy, { code }),
        ],
        chats,
      );
      expect(banned).toBe(true);
      expect(await membersOf(groupId, [cy])).toEqual([ada.userId]);
      expect(await chats[1].joining.countRequests(groupId)).toBe(0);
      await expect(chats[1].joining.join(cy, { code })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('users who request, accept and cancel a contact at once are both contacts, or both not', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [ada, cy] = await people(2);
      if (!(ada && cy)) return expect.fail();
      await chats[0].contacts.request(ada, { userId: cy.userId });
      const ref = { fromId: ada.userId, toId: cy.userId };
      await race(
        [
          (chat) => chat.contacts.request(cy, { userId: ada.userId }),
          (chat) => chat.contacts.answer(cy, ref, { accept: true }),
          (chat) => chat.contacts.cancel(ada, ref),
        ],
        chats,
      );
      const sides = [
        { userId: ada.userId, otherId: cy.userId },
        { userId: cy.userId, otherId: ada.userId },
      ];
      const [one, other] = await chats[1].contacts.byRefs(sides);
      expect(one === null).toBe(other === null);
      const waiting = await Promise.all(sides.map(({ userId }) => chats[1].contacts.countRequests({ userId, sessionId: '' }, 'INCOMING')));
      // If the first request was cancelled, the second one is pending alone.
      expect(waiting).toEqual(one === null ? [1, 0] : [0, 0]);
    }
  });
});
