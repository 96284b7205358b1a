import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { GroupPolicy, Role } from '../../src/group/index.ts';
import type { Message, Messages } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

/** What pins promise, on any database. */
export function promisesOfPins(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob and Cy, with three messages. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    const group = await world.group(ada, bob, cy);
    const first = await world.say(ada, group, 'first');
    const second = await world.say(bob, group, 'second');
    const third = await world.say(cy, group, 'third');
    return { ada, bob, cy, group, first, second, third };
  }

  async function pins(viewer: Viewer, conversationId: bigint, page: Parameters<Messages['pins']>[1] = { first: 100 }) {
    const access = await world.access(viewer, conversationId);
    if (access === null) throw new Error('they have no access');
    const { items, hasNextPage } = await world.messages.pins(access, page);
    return { seqs: items.map(({ seq }) => seq), hasNextPage };
  }

  async function changes(conversationId: bigint) {
    const entries = await world.entries(conversationId);
    return entries.flatMap(({ seq, type, actorId, data }) => (type === 'PinChanged' ? [{ seq, actorId, data }] : []));
  }

  async function appoint(member: Viewer, conversationId: bigint, role: Role): Promise<void> {
    const where = { conversationId_userId: { conversationId, userId: member.userId } };
    await world.db.transaction((tx) => tx.membership.update({ where, data: { role } }));
  }

  const seqs = (...messages: readonly Message[]) => messages.map(({ seq }) => seq);

  describe('a pin', () => {
    it('is logged, and the message has its time', async () => {
      const { ada, group, first } = await scene();
      const pinned = await world.messages.pin(ada, first);
      const entry = (await world.entries(group)).at(-1);
      expect(entry).toMatchObject({ type: 'PinChanged', actorId: ada.userId, data: { messageSeq: first.seq, pinned: true } });
      expect(pinned).toEqual({ ...first, pinnedAt: entry?.at });
      expect(await world.messages.byRefs([first])).toEqual([pinned]);
      expect(await pins(ada, group)).toEqual({ seqs: [first.seq], hasNextPage: false });
    });

    it('that exists already stays as it is and is not logged again', async () => {
      const { ada, group, first, second } = await scene();
      const pinned = await world.messages.pin(ada, first);
      await world.messages.pin(ada, second);
      expect(await world.messages.pin(ada, first)).toEqual(pinned);
      expect((await pins(ada, group)).seqs).toEqual(seqs(second, first));
      expect(await changes(group)).toHaveLength(2);
    });

    it('ends when it is removed, and comes back as the newest', async () => {
      const { ada, group, first, second } = await scene();
      await world.messages.pin(ada, first);
      await world.messages.pin(ada, second);
      expect(await world.messages.unpin(ada, first)).toEqual(first);
      expect((await pins(ada, group)).seqs).toEqual(seqs(second));
      expect((await changes(group)).at(-1)).toMatchObject({ actorId: ada.userId, data: { messageSeq: first.seq, pinned: false } });
      await world.messages.pin(ada, first);
      expect((await pins(ada, group)).seqs).toEqual(seqs(first, second));
    });

    it('that does not exist is removed without an error or an entry', async () => {
      const { ada, group, first } = await scene();
      expect(await world.messages.unpin(ada, first)).toEqual(first);
      expect(await changes(group)).toEqual([]);
    });

    it('is in the timeline with its actor', async () => {
      const { ada, group, third } = await scene();
      await world.messages.pin(ada, third);
      await world.messages.unpin(ada, third);
      const access = await world.access(ada, group);
      if (access === null) throw new Error('it is hers');
      const { items } = await world.messages.timeline(access, { last: 3 });
      expect(items).toMatchObject([
        { type: 'MessageSent', seq: third.seq },
        { type: 'PinChanged', seq: third.seq + 1, actorId: ada.userId, data: { messageSeq: third.seq, pinned: true } },
        { type: 'PinChanged', seq: third.seq + 2, actorId: ada.userId, data: { messageSeq: third.seq, pinned: false } },
      ]);
    });

    it('changes neither unread counts nor the conversation’s place in lists', async () => {
      const { ada, group, third } = await scene();
      const [before] = await world.groups.byIds([group]);
      await world.messages.pin(ada, third);
      expect(await world.groups.byIds([group])).toEqual([{ ...before, lastSeq: third.seq + 1 }]);
    });
  });

  describe('the users who may pin', () => {
    const refused = { code: 'FORBIDDEN', field: ['messageId'] };

    it.each<[GroupPolicy, Role, boolean]>([
      ['EVERYONE', 'OWNER', true],
      ['EVERYONE', 'ADMIN', true],
      ['EVERYONE', 'MEMBER', true],
      ['ADMINS', 'OWNER', true],
      ['ADMINS', 'ADMIN', true],
      ['ADMINS', 'MEMBER', false],
      ['OWNER', 'OWNER', true],
      ['OWNER', 'ADMIN', false],
      ['OWNER', 'MEMBER', false],
    ])('with the policy %s: %s → %s', async (pinPolicy, role, may) => {
      const { ada, bob, group, first } = await scene();
      await world.groups.update(ada, { groupId: group, pinPolicy });
      await appoint(bob, group, role);
      const outcome = world.messages.pin(bob, first);
      if (may) expect((await outcome).pinnedAt).not.toBeNull();
      else expect(await refusal(outcome)).toEqual(refused);
    });

    it('by default are the owner and admins', async () => {
      const { ada, bob, cy, group, first } = await scene();
      await appoint(bob, group, 'ADMIN');
      expect(await refusal(world.messages.pin(cy, first))).toEqual(refused);
      await world.messages.pin(bob, first);
      expect(await refusal(world.messages.unpin(cy, first))).toEqual(refused);
      await world.messages.unpin(ada, first);
      expect(await changes(group)).toMatchObject([{ actorId: bob.userId }, { actorId: ada.userId }]);
    });

    it('in a direct conversation are both sides, and each can remove the other’s pin', async () => {
      const [ada, bob] = await world.people();
      const direct = await world.direct(ada, bob);
      const message = await world.say(ada, direct);
      await world.messages.pin(bob, message);
      expect((await pins(ada, direct)).seqs).toEqual(seqs(message));
      expect(await world.messages.unpin(ada, message)).toEqual(message);
    });
  });

  describe('the number of pins', () => {
    it('is limited by MAX_PINS, and removing one makes room', async () => {
      const { ada, first, second, third } = await scene();
      const { messages } = world.node({ maxPins: 2 });
      await messages.pin(ada, first);
      await messages.pin(ada, second);
      expect(await refusal(messages.pin(ada, third))).toEqual({ code: 'LIMIT_REACHED', field: ['messageId'] });
      expect((await messages.pin(ada, first)).pinnedAt).not.toBeNull();
      await messages.unpin(ada, first);
      await messages.pin(ada, third);
      expect((await pins(ada, third.conversationId)).seqs).toEqual(seqs(third, second));
    });

    it('leaves out those that no member sees any more, which give way to a new one', async () => {
      const [ada, bob] = await world.people();
      const direct = await world.direct(ada, bob);
      const { messages } = world.node({ maxPins: 2 });
      const old = [await world.say(ada, direct), await world.say(bob, direct)];
      for (const message of old) await messages.pin(ada, message);
      await messages.clear(ada, { conversationId: direct });
      const fresh = await world.say(ada, direct);
      expect(await refusal(messages.pin(ada, fresh))).toEqual({ code: 'LIMIT_REACHED', field: ['messageId'] });
      await messages.clear(bob, { conversationId: direct, seq: old[1]?.seq });
      await messages.pin(ada, fresh);
      expect((await pins(bob, direct)).seqs).toEqual(seqs(fresh));
      expect((await world.messages.byRefs(old)).map((message) => message?.pinnedAt)).toEqual([null, null]);
    });

    it('stays within the limit in a race', async () => {
      const { ada, group, first, second, third } = await scene();
      const { messages } = world.node({ maxPins: 2 });
      const outcomes = await Promise.allSettled([first, second, third, first, second, third].map((message) => messages.pin(ada, message)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
      expect((await pins(ada, group)).seqs).toHaveLength(2);
      expect(await changes(group)).toHaveLength(2);
    });
  });

  describe('a message that the viewer does not see cannot be pinned:', () => {
    const unseen = { code: 'NOT_FOUND', field: ['messageId'] };

    it('an unknown one, or one of a conversation of others', async () => {
      const { ada, first } = await scene();
      expect(await refusal(world.messages.pin(ada, { ...first, seq: 1 }))).toEqual(unseen);
      expect(await refusal(world.messages.pin(ada, { ...first, seq: 99 }))).toEqual(unseen);
      expect(await refusal(world.messages.pin(await world.person(), first))).toEqual(unseen);
      expect(await refusal(world.messages.unpin(await world.person(), first))).toEqual(unseen);
    });

    it('one that the viewer has deleted or cleared for themselves', async () => {
      const { ada, first, second, third } = await scene();
      for (const message of [first, second]) await world.messages.pin(ada, message);
      await world.messages.hide(ada, second);
      await world.messages.clear(ada, { conversationId: first.conversationId, seq: first.seq });
      for (const message of [first, second]) {
        expect(await refusal(world.messages.pin(ada, message))).toEqual(unseen);
        expect(await refusal(world.messages.unpin(ada, message))).toEqual(unseen);
      }
      expect(await world.messages.unpin(ada, third)).toEqual(third);
    });

    it('one from before the viewer joined, which is not in their list of pins either', async () => {
      const { ada, group, first, second } = await scene();
      await world.messages.pin(ada, first);
      const dan = await world.person();
      await world.groups.addMembers(ada, { groupId: group, userIds: [dan.userId] });
      await appoint(dan, group, 'ADMIN');
      expect(await refusal(world.messages.pin(dan, second))).toEqual(unseen);
      expect(await refusal(world.messages.unpin(dan, first))).toEqual(unseen);
      const seen = await world.say(ada, group);
      await world.messages.pin(dan, seen);
      expect((await pins(dan, group)).seqs).toEqual(seqs(seen));
      expect((await pins(ada, group)).seqs).toEqual(seqs(seen, first));
    });
  });

  it('a recalled message loses its pin and cannot be pinned', async () => {
    const { ada, group, first, second } = await scene();
    await world.messages.pin(ada, first);
    await world.messages.pin(ada, second);
    const recalled = await world.messages.recall(ada, second);
    expect(recalled.pinnedAt).toBeNull();
    expect((await pins(ada, group)).seqs).toEqual(seqs(first));
    expect((await world.entries(group)).slice(-2)).toMatchObject([
      { type: 'PinChanged', data: { messageSeq: second.seq, pinned: false } },
      { type: 'MessageRecalled', data: { messageSeq: second.seq } },
    ]);
    expect(await refusal(world.messages.pin(ada, second))).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
    expect(await world.messages.unpin(ada, second)).toEqual(recalled);
  });

  describe('the list of pins', () => {
    it('has pages, newest first', async () => {
      const { ada, group, first, second, third } = await scene();
      for (const message of [third, first, second]) await world.messages.pin(ada, message);
      expect(await pins(ada, group, { first: 2 })).toEqual({ seqs: seqs(second, first), hasNextPage: true });
      expect(await pins(ada, group, { first: 2, after: first.seq })).toEqual({ seqs: seqs(third), hasNextPage: false });
      expect(await pins(ada, group, { first: 1, after: second.seq })).toEqual({ seqs: seqs(first), hasNextPage: true });
      expect(await pins(ada, group, { first: 3 })).toEqual({ seqs: seqs(second, first, third), hasNextPage: false });
    });

    it('lacks what the viewer has deleted or cleared for themselves, and others keep it', async () => {
      const { ada, bob, group, first, second, third } = await scene();
      for (const message of [first, second, third]) await world.messages.pin(ada, message);
      await world.messages.hide(bob, second);
      expect(await pins(bob, group, { first: 1 })).toEqual({ seqs: seqs(third), hasNextPage: true });
      expect((await pins(bob, group)).seqs).toEqual(seqs(third, first));
      await world.messages.clear(bob, { conversationId: group, seq: first.seq });
      expect((await pins(bob, group)).seqs).toEqual(seqs(third));
      expect((await pins(ada, group)).seqs).toEqual(seqs(third, second, first));
    });
  });
}
