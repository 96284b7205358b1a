import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOn } from '../support/chat.ts';
import { logsOf } from '../support/logs.ts';
import { person } from '../support/people.ts';
import { randomFrom } from '../support/random.ts';
import { rawSql } from '../support/raw-sql.ts';
import { realStores } from '../support/stores.ts';
import { type Act, atOnce, expectOrder, groupOf, type RacedGroup } from './group-races.ts';
import { oneOf } from './membership-churn.ts';

// Enough that each of two acts comes first many times, few enough for some seconds each.
const rounds = 16;
// For the last test: the number of concurrent acts of five users.
const deedsAtOnce = 40;

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31) + 1);
const open = new AsyncDisposableStack();
let realm: RacedGroup;
let people: readonly [Viewer, Viewer, Viewer, Viewer, Viewer];

beforeAll(async () => {
  const stores = open.use(await realStores());
  const nodes = [open.use(await chatOn(stores)), open.use(await chatOn(stores))] as const;
  const logs = open.use(await logsOf(stores));
  realm = { nodes, sql: open.use(await rawSql(stores)), entries: logs.entries, random: randomFrom(seed) };
  const [node] = nodes;
  people = [await person(node), await person(node), await person(node), await person(node), await person(node)];
});
afterAll(() => open.disposeAsync());

const groups =
  (of: (groups: Chat['groups']) => Promise<unknown>): Act =>
  (chat) =>
    of(chat.groups);
const says =
  (viewer: Viewer, conversationId: bigint): Act =>
  ({ messages }) =>
    messages.send(viewer, { conversationId, clientMessageId: randomUUID(), text: 'hear me' });

/** Runs a race again and again, each time with a new group of Ada, Bob, Cy and Di. Eve is no member. Returns the outcomes of all rounds. */
async function race(play: (group: bigint) => Promise<readonly string[]>): Promise<readonly (readonly string[])[]> {
  const outcomes: (readonly string[])[] = [];
  const [ada, bob, cy, di] = people;
  for (let round = 0; round < rounds; round += 1) {
    const group = await groupOf(realm, ada, bob, cy, di);
    try {
      outcomes.push(await play(group));
      await expectOrder(realm, group);
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round}`, { cause: error });
    }
  }
  return outcomes;
}

describe('in races on two nodes, a group keeps one owner, a correct count and a consistent log:', () => {
  it('of two transfers, one succeeds', async () => {
    const [ada, bob, cy] = people;
    const outcomes = await race((groupId) =>
      atOnce(
        realm,
        groups((on) => on.transferOwnership(ada, { groupId, userId: bob.userId })),
        groups((on) => on.transferOwnership(ada, { groupId, userId: cy.userId })),
      ),
    );
    expect(new Set(outcomes.map((both) => both.toSorted().join()))).toEqual(new Set(['FORBIDDEN,done']));
  });

  it('transfer against the heir’s leaving, and the owner’s: the heir leaves or becomes the owner', async () => {
    const [ada, bob] = people;
    const outcomes = await race((groupId) =>
      atOnce(
        realm,
        groups((on) => on.transferOwnership(ada, { groupId, userId: bob.userId })),
        groups((on) => on.leave(bob, { groupId })),
        groups((on) => on.leave(ada, { groupId })),
      ),
    );
    // Bob has left or is the owner, never both.
    for (const [handedOver, bobLeft] of outcomes) expect([handedOver, bobLeft].filter((one) => one === 'done')).toHaveLength(1);
  });

  it('with two members left, transfers and leavings keep the group consistent', async () => {
    const [ada, bob] = people;
    for (let round = 0; round < rounds; round += 1) {
      const groupId = await groupOf(realm, ada, bob);
      await atOnce(
        realm,
        groups((on) => on.leave(bob, { groupId })),
        groups((on) => on.leave(ada, { groupId })),
        groups((on) => on.transferOwnership(ada, { groupId, userId: bob.userId })),
        groups((on) => on.leave(ada, { groupId })),
      );
      await expectOrder(realm, groupId);
    }
  });

  it('of two admins who take the role from each other, the first one succeeds', async () => {
    const [ada, bob, cy] = people;
    const outcomes = await race(async (groupId) => {
      for (const { userId } of [bob, cy]) await realm.nodes[0].groups.setRole(ada, { groupId, userId, role: 'ADMIN' });
      return atOnce(
        realm,
        groups((on) => on.setRole(bob, { groupId, userId: cy.userId, role: 'MEMBER' })),
        groups((on) => on.setRole(cy, { groupId, userId: bob.userId, role: 'MEMBER' })),
      );
    });
    expect(new Set(outcomes.map((both) => both.toSorted().join()))).toEqual(new Set(['FORBIDDEN,done']));
    // On two nodes, neither is always first.
    expect(new Set(outcomes.map(([first]) => first)).size).toBe(2);
  });

  it('removal against sends: none is stored after it', async () => {
    const [ada, bob] = people;
    const outcomes = await race((group) =>
      atOnce(
        realm,
        groups((on) => on.removeMember(ada, { groupId: group, userId: bob.userId })),
        ...Array.from({ length: 6 }, () => says(bob, group)),
      ),
    );
    const sends = outcomes.flatMap(([, ...rest]) => rest);
    expect(new Set(sends)).toEqual(new Set(['done', 'NOT_FOUND']));
  });

  it('ban against addition: a banned user is no member in the end', async () => {
    const [ada, bob, , , eve] = people;
    await race(async (groupId) => {
      const outcome = await atOnce(
        realm,
        groups((on) => on.removeMember(ada, { groupId, userId: eve.userId, ban: true })),
        groups((on) => on.addMembers(ada, { groupId, userIds: [eve.userId] })),
        groups((on) => on.removeMember(ada, { groupId, userId: bob.userId, ban: true })),
        groups((on) => on.addMembers(ada, { groupId, userIds: [bob.userId, eve.userId] })),
      );
      const { members } = await expectOrder(realm, groupId);
      expect([eve, bob].filter(({ userId }) => members.has(userId))).toEqual([]);
      const { items } = await realm.nodes[1].groups.bans(groupId, { first: 10 });
      expect(items.map(({ userId }) => userId).toSorted()).toEqual([bob.userId, eve.userId].toSorted());
      return outcome;
    });
  });

  it('dissolution against everything: no entry follows it', async () => {
    const [ada, bob, cy, di, eve] = people;
    const outcomes = await race((groupId) =>
      atOnce(
        realm,
        groups((on) => on.dissolve(ada, { groupId })),
        ...[bob, cy, di].map((viewer) => says(viewer, groupId)),
        groups((on) => on.addMembers(ada, { groupId, userIds: [eve.userId] })),
        groups((on) => on.setRole(ada, { groupId, userId: bob.userId, role: 'ADMIN' })),
        groups((on) => on.transferOwnership(ada, { groupId, userId: cy.userId })),
        groups((on) => on.muteMember(ada, { groupId, userId: di.userId, until: new Date('2999-01-01') })),
        groups((on) => on.leave(di, { groupId })),
        groups((on) => on.updateOwnPart(bob, { conversationId: groupId, nickname: 'Bobby' })),
        groups((on) => on.removeMember(ada, { groupId, userId: bob.userId, ban: true })),
        groups((on) => on.update(ada, { groupId, name: 'To the last' })),
      ),
    );
    expect(new Set(outcomes.map(([dissolved]) => dissolved))).toContain('done');
  });

  it('slow mode against many sends: one message per member is stored', async () => {
    const [ada, bob, cy] = people;
    const outcomes = await race(async (group) => {
      await realm.nodes[0].groups.update(ada, { groupId: group, slowModeSeconds: 3_600 });
      return atOnce(realm, ...[bob, bob, bob, bob, cy, cy, cy, cy].map((viewer) => says(viewer, group)));
    });
    for (const said of outcomes) {
      expect([said.slice(0, 4), said.slice(4)].map((own) => own.toSorted())).toEqual(
        [1, 2].map(() => ['RATE_LIMITED', 'RATE_LIMITED', 'RATE_LIMITED', 'done']),
      );
    }
  });

  it('everything by everybody', async () => {
    const { random } = realm;
    await race((groupId) => {
      const deed = (): Act => {
        const by = oneOf(people, random);
        const { userId } = oneOf(people, random);
        const acts: readonly Act[] = [
          says(by, groupId),
          groups((on) => on.addMembers(by, { groupId, userIds: [userId] })),
          groups((on) => on.removeMember(by, { groupId, userId, ban: random() < 0.3 })),
          groups((on) => on.unbanUser(by, { groupId, userId })),
          groups((on) => on.leave(by, { groupId })),
          groups((on) => on.setRole(by, { groupId, userId, role: random() < 0.7 ? 'ADMIN' : 'MEMBER' })),
          groups((on) => on.transferOwnership(by, { groupId, userId })),
          groups((on) => on.muteMember(by, { groupId, userId, until: random() < 0.5 ? null : new Date('2999-01-01') })),
          groups((on) => on.updateOwnPart(by, { conversationId: groupId, nickname: randomUUID() })),
        ];
        // Rare, so that most acts happen before.
        return random() < 0.005 ? groups((on) => on.dissolve(by, { groupId })) : oneOf(acts, random);
      };
      return atOnce(realm, ...Array.from({ length: deedsAtOnce }, deed));
    });
  }, 90_000);
});
