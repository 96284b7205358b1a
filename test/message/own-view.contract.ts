import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Membership } from '../../src/group/index.ts';
import type { Message } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

const ofMessage = { code: 'NOT_FOUND', field: ['messageId'] };
const ofConversation = { code: 'NOT_FOUND', field: ['conversationId'] };

/** What a member's private changes of a conversation promise, on any database. */
export function promisesOfOwnViews(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function access(viewer: Viewer, conversationId: bigint): Promise<Membership> {
    const found = await world.access(viewer, conversationId);
    if (found === null) throw new Error('no member');
    return found;
  }

  /** What a viewer sees of a conversation. */
  async function shown(viewer: Viewer, conversationId: bigint) {
    const member = await access(viewer, conversationId);
    const [conversation] = await world.groups.byIds([conversationId]);
    if (!conversation) throw new Error('no conversation');
    const [messages, timeline, [last], [unread]] = await Promise.all([
      world.messages.messages(member, {}),
      world.messages.timeline(member, {}),
      world.messages.last([member]),
      world.messages.unread([{ conversation, access: member }]),
    ]);
    return {
      messages: messages.items.map(({ text }) => text),
      timeline: timeline.items.map(({ type, data }) => ('text' in data ? data.text : type)),
      last: last?.text ?? null,
      unread,
    };
  }

  /** The entries about a user's private changes in their account's stream, oldest first. */
  async function settled({ userId }: Viewer): Promise<readonly object[]> {
    const told = ['MessageHidden', 'ConversationCleared', 'MembershipSettled'];
    const entries = await world.entries(userId);
    return entries.filter(({ type }) => told.includes(type)).map(({ type, data, actorId }) => ({ type, ...data, actorId }));
  }

  /** A group of two, with these messages of the first. */
  async function talk(ada: Viewer, bob: Viewer, ...texts: readonly string[]) {
    const conversationId = await world.group(ada, bob);
    const said: Message[] = [];
    for (const text of texts) said.push(await world.say(ada, conversationId, text));
    return { conversationId, said };
  }

  describe('a message that a user has deleted for themselves', () => {
    it('is gone from everything that the user sees, and others keep it', async () => {
      const [ada, bob] = await world.people();
      const { conversationId, said } = await talk(ada, bob, 'one', 'two', 'three');
      const before = await shown(ada, conversationId);
      await world.messages.hide(bob, { conversationId, seq: said[1]?.seq ?? 0 });
      await world.messages.hide(bob, { conversationId, seq: said[2]?.seq ?? 0 });
      expect(await shown(bob, conversationId)).toEqual({
        messages: ['one'],
        timeline: ['MemberJoined', 'MemberJoined', 'one'],
        last: 'one',
        unread: 1,
      });
      expect(await shown(ada, conversationId)).toEqual(before);
      expect((await world.messages.unreadTotals(bob)).messages).toBe(1);
      expect(await world.messages.hidden(bob, said)).toEqual([false, true, true]);
      expect(await world.messages.hidden(ada, said)).toEqual([false, false, false]);
    });

    it('can be their own, which changes no count', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'hers');
      const { seq } = await world.say(bob, conversationId, 'his');
      await world.messages.hide(bob, { conversationId, seq });
      expect(await shown(bob, conversationId)).toMatchObject({ messages: ['hers'], last: 'hers', unread: 1 });
    });

    it('is announced to their own devices only, once', async () => {
      const [ada, bob] = await world.people();
      const { conversationId, said } = await talk(ada, bob, 'one');
      const ref = { conversationId, seq: said[0]?.seq ?? 0 };
      const log = await world.entries(conversationId);
      await world.messages.hide(bob, ref);
      await world.messages.hide(bob, ref);
      expect(await settled(bob)).toEqual([{ type: 'MessageHidden', conversationId, messageSeq: ref.seq, actorId: bob.userId }]);
      expect(await settled(ada)).toEqual([]);
      expect(await world.entries(conversationId)).toEqual(log);
    });

    it('is deleted once by concurrent devices', async () => {
      const [ada, bob] = await world.people();
      const { conversationId, said } = await talk(ada, bob, 'one', 'two');
      const other = world.node();
      const refs = said.map(({ seq }) => ({ conversationId, seq }));
      await Promise.all([world, other].flatMap(({ messages }) => refs.map((ref) => messages.hide(bob, ref))));
      expect(await settled(bob)).toHaveLength(2);
      expect(await shown(bob, conversationId)).toMatchObject({ messages: [], last: null, unread: 0 });
    });

    it('must be visible to the user', async () => {
      const [ada, bob, cy] = await world.people();
      const { conversationId, said } = await talk(ada, bob, 'before Cy');
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [cy.userId] });
      const { seq } = await world.say(ada, conversationId, 'with Cy');
      const unseen = await world.direct(ada, bob);
      const early = said[0]?.seq ?? 0;
      const places: readonly [Viewer, bigint, number][] = [
        [cy, conversationId, early],
        [ada, conversationId, 1],
        [ada, conversationId, 99],
        [ada, 9_000_000_000n, 1],
        [ada, ada.userId, 1],
        [ada, bob.userId, 1],
        [bob, unseen, 1],
      ];
      for (const [viewer, id, at] of places) {
        expect(await refusal(world.messages.hide(viewer, { conversationId: id, seq: at }))).toEqual(ofMessage);
      }
      await world.messages.clear(bob, { conversationId, seq: early });
      expect(await refusal(world.messages.hide(bob, { conversationId, seq: early }))).toEqual(ofMessage);
      await world.groups.leave(cy, { groupId: conversationId });
      expect(await refusal(world.messages.hide(cy, { conversationId, seq }))).toEqual(ofMessage);
    });
  });

  describe('a conversation that a user has cleared for themselves', () => {
    it('is empty for the user, and others keep everything', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one', 'two');
      const before = await shown(ada, conversationId);
      await world.messages.clear(bob, { conversationId });
      expect(await shown(bob, conversationId)).toEqual({ messages: [], timeline: [], last: null, unread: 0 });
      expect(await shown(ada, conversationId)).toEqual(before);
      await world.say(ada, conversationId, 'three');
      expect(await shown(bob, conversationId)).toEqual({ messages: ['three'], timeline: ['three'], last: 'three', unread: 1 });
    });

    it('is cleared up to the given seq, and never less than before', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one', 'two', 'three');
      await world.messages.clear(bob, { conversationId, seq: 4 });
      await world.messages.clear(bob, { conversationId, seq: 3 });
      await world.messages.clear(bob, { conversationId, seq: 0 });
      expect(await shown(bob, conversationId)).toMatchObject({ messages: ['three'], unread: 1 });
      await world.messages.clear(bob, { conversationId });
      await world.messages.clear(bob, { conversationId });
      const cleared = { type: 'ConversationCleared', conversationId, actorId: bob.userId };
      expect(await settled(bob)).toEqual([
        { ...cleared, clearedSeq: 4 },
        { ...cleared, clearedSeq: 5 },
      ]);
      expect(await settled(ada)).toEqual([]);
    });

    it('keeps the markers that others see', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one', 'two');
      await world.messages.clear(bob, { conversationId });
      expect(await access(bob, conversationId)).toMatchObject({ readSeq: 0, deliveredSeq: 0, clearedSeq: 4 });
    });

    it('stays cleared for a user who leaves and joins again', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one');
      await world.messages.clear(bob, { conversationId });
      await world.groups.leave(bob, { groupId: conversationId });
      await world.say(ada, conversationId, 'while he was out');
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [bob.userId] });
      await world.say(ada, conversationId, 'welcome back');
      expect(await shown(bob, conversationId)).toMatchObject({ messages: ['welcome back'], unread: 1 });
    });

    it.each([-1, 3, 0.5, 2 ** 40])('cannot be cleared up to %d if it ends at 2', async (seq) => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      expect(await refusal(world.messages.clear(bob, { conversationId, seq }))).toEqual({ code: 'INVALID_INPUT', field: ['seq'] });
    });

    it('must include the user and be shown to them', async () => {
      const [ada, bob, cy] = await world.people();
      const left = await world.group(ada, bob);
      await world.groups.leave(bob, { groupId: left });
      const unseen = await world.direct(cy, bob);
      for (const conversationId of [left, unseen, 9_000_000_000n, bob.userId]) {
        expect(await refusal(world.messages.clear(bob, { conversationId }))).toEqual(ofConversation);
        expect(await refusal(world.messages.markUnread(bob, { conversationId, fromSeq: 1 }))).toEqual(ofConversation);
      }
    });
  });

  describe('a conversation that a user has marked as unread', () => {
    it('counts from there for the user, and shows others nothing', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one', 'two', 'three');
      await world.messages.markRead(bob, { conversationId, seq: 5 });
      const read = await access(bob, conversationId);
      await world.messages.markUnread(bob, { conversationId, fromSeq: 4 });
      expect(await shown(bob, conversationId)).toMatchObject({ unread: 2, messages: ['one', 'two', 'three'] });
      expect(await access(bob, conversationId)).toEqual({ ...read, markedUnreadFromSeq: 4 });
      expect(await world.messages.unreadTotals(bob)).toEqual({ messages: 2, mentions: 0, conversations: 1, threads: 0, badge: 2 });
    });

    it('counts unread messages before it as well, and no invisible ones', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one', 'two', 'three');
      await world.messages.markRead(bob, { conversationId, seq: 3 });
      await world.messages.markUnread(bob, { conversationId, fromSeq: 5 });
      expect(await shown(bob, conversationId)).toMatchObject({ unread: 2 });
      await world.messages.markUnread(bob, { conversationId, fromSeq: 1 });
      await world.messages.clear(bob, { conversationId, seq: 4 });
      expect(await shown(bob, conversationId)).toMatchObject({ unread: 1 });
    });

    it('stays so until the user reads up to there, even if the read marker is past it', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one', 'two', 'three');
      await world.messages.markRead(bob, { conversationId, seq: 5 });
      await world.messages.markUnread(bob, { conversationId, fromSeq: 4 });
      await world.messages.markRead(bob, { conversationId, seq: 3 });
      expect(await access(bob, conversationId)).toMatchObject({ markedUnreadFromSeq: 4, readSeq: 5 });
      await world.messages.markDelivered(bob, { conversationId, seq: 5 });
      expect(await access(bob, conversationId)).toMatchObject({ markedUnreadFromSeq: 4 });
      await world.messages.markRead(bob, { conversationId, seq: 4 });
      expect(await access(bob, conversationId)).toMatchObject({ markedUnreadFromSeq: null, readSeq: 5, deliveredSeq: 5 });
      expect(await shown(bob, conversationId)).toMatchObject({ unread: 0 });
    });

    it('lasts until they clear it up to there: a conversation that is cleared to its end is not unread', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one', 'two', 'three');
      const unread = async () => {
        const { items } = await world.groups.list(bob, { first: 10, sieves: world.messages.waiting(bob, { unread: true }) });
        return items.map(({ conversation: { id } }) => id);
      };
      await world.messages.markRead(bob, { conversationId, seq: 5 });
      await world.messages.markUnread(bob, { conversationId, fromSeq: 4 });
      await world.messages.clear(bob, { conversationId, seq: 3 });
      expect(await access(bob, conversationId)).toMatchObject({ markedUnreadFromSeq: 4, clearedSeq: 3 });
      await world.messages.clear(bob, { conversationId });
      expect(await access(bob, conversationId)).toMatchObject({ markedUnreadFromSeq: null, clearedSeq: 5, readSeq: 5 });
      expect(await unread()).toEqual([]);
      const once = { conversationId, actorId: bob.userId };
      expect(await settled(bob)).toEqual([
        { ...once, type: 'MembershipSettled' },
        { ...once, type: 'ConversationCleared', clearedSeq: 3 },
        { ...once, type: 'ConversationCleared', clearedSeq: 5 },
        { ...once, type: 'MembershipSettled' },
      ]);
      await world.messages.markUnread(bob, { conversationId, fromSeq: 5 });
      expect(await unread()).toEqual([conversationId]);
      await world.messages.clear(bob, { conversationId, seq: 4 });
      expect(await unread()).toEqual([conversationId]);
      await world.messages.clear(bob, { conversationId });
      expect(await unread()).toEqual([]);
      await world.messages.clear(bob, { conversationId });
      expect((await settled(bob)).slice(4)).toEqual(Array(2).fill({ ...once, type: 'MembershipSettled' }));
    });

    it('is announced to their own devices at each change', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one', 'two');
      const log = await world.entries(conversationId);
      for (const fromSeq of [3, 3, 4]) await world.messages.markUnread(bob, { conversationId, fromSeq });
      await world.messages.markRead(bob, { conversationId, seq: 4 });
      await world.messages.markRead(bob, { conversationId, seq: 4 });
      const once = { type: 'MembershipSettled', conversationId, actorId: bob.userId };
      expect(await settled(bob)).toEqual([once, once, once]);
      expect(await settled(ada)).toEqual([]);
      expect(await world.entries(conversationId)).toEqual(log);
    });

    it('is no longer so for a user who leaves and joins again', async () => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one', 'two');
      await world.messages.markUnread(bob, { conversationId, fromSeq: 3 });
      await world.groups.leave(bob, { groupId: conversationId });
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [bob.userId] });
      expect(await access(bob, conversationId)).toMatchObject({ markedUnreadFromSeq: null });
    });

    it.each([-1, 0, 4, 1.5, Number.NaN, 2 ** 40])('cannot be so from %d on if it ends at 3', async (fromSeq) => {
      const [ada, bob] = await world.people();
      const { conversationId } = await talk(ada, bob, 'one');
      expect(await refusal(world.messages.markUnread(bob, { conversationId, fromSeq }))).toEqual({
        code: 'INVALID_INPUT',
        field: ['fromSeq'],
      });
    });
  });
}
