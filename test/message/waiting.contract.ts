import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Message, MessageRef } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

interface Said {
  readonly mentionIds?: readonly bigint[];
  readonly mentionsEveryone?: boolean;
  readonly threadRoot?: MessageRef;
}

/** What the counts of mentions and of thread replies promise, on any database. */
export function promisesOfWhatWaits(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function say(sender: Viewer, conversationId: bigint, said: Said = {}): Promise<Message> {
    return world.messages.send(sender, { conversationId, clientMessageId: freshKey(), text: 'said', ...said });
  }

  function calls(sender: Viewer, conversationId: bigint, ...whom: readonly Viewer[]): Promise<Message> {
    return say(sender, conversationId, { mentionIds: whom.map(({ userId }) => userId) });
  }

  function answer(sender: Viewer, threadRoot: MessageRef): Promise<Message> {
    return say(sender, threadRoot.conversationId, { threadRoot });
  }

  function edit(sender: Viewer, message: MessageRef, said: Said): Promise<Message> {
    return world.messages.edit(sender, { message, text: `said ${freshKey()}`, ...said });
  }

  async function mentions(viewer: Viewer, conversationId: bigint): Promise<number | undefined> {
    const [conversation] = await world.groups.byIds([conversationId]);
    const access = await world.access(viewer, conversationId);
    if (!conversation || access === null) throw new Error('no member');
    const [count] = await world.messages.mentions([{ conversation, access }]);
    const { mentions: all } = await world.messages.unreadTotals(viewer);
    // Nobody here has mentions in more than one conversation.
    expect(all).toBe(count);
    return count;
  }

  async function threads(viewer: Viewer, root: MessageRef): Promise<number | undefined> {
    const access = await world.access(viewer, root.conversationId);
    if (access === null) throw new Error('no member');
    const [count] = await world.messages.threadUnread([{ root, access }]);
    return count;
  }

  async function readThreads({ userId }: Viewer): Promise<readonly object[]> {
    return (await world.entries(userId)).flatMap(({ type, data, actorId }) => (type === 'ThreadRead' ? [{ ...data, actorId }] : []));
  }

  describe('unread mentions', () => {
    it('count for the mentioned members, and for everyone but the sender with mentionsEveryone', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      await calls(ada, conversationId, bob);
      await calls(bob, conversationId, bob);
      await say(ada, conversationId, { mentionsEveryone: true });
      await say(ada, conversationId);
      expect([await mentions(ada, conversationId), await mentions(bob, conversationId), await mentions(cy, conversationId)]).toEqual([
        0, 2, 1,
      ]);
    });

    it('of one message count once, by name and as everyone', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const message = await say(ada, conversationId, { mentionIds: [bob.userId], mentionsEveryone: true });
      expect(await mentions(bob, conversationId)).toBe(1);
      await edit(ada, message, { mentionIds: [], mentionsEveryone: true });
      expect(await mentions(bob, conversationId)).toBe(1);
      await edit(ada, message, { mentionIds: [], mentionsEveryone: false });
      expect(await mentions(bob, conversationId)).toBe(0);
    });

    it('count from the entry that adds them: an edit mentions members who have read the message', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const message = await say(ada, conversationId);
      await world.messages.markRead(bob, { conversationId, seq: message.seq });
      await edit(ada, message, { mentionIds: [bob.userId] });
      expect(await mentions(bob, conversationId)).toBe(1);
      expect(await world.messages.unreadTotals(bob)).toEqual({ messages: 0, mentions: 1, conversations: 1, threads: 0, badge: 0 });
      await world.messages.markRead(bob, { conversationId, seq: message.seq + 1 });
      expect(await mentions(bob, conversationId)).toBe(0);
    });

    it('lack recalled, privately deleted and cleared messages', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const [first, second, third, fourth] = [
        await calls(ada, conversationId, bob),
        await calls(ada, conversationId, bob),
        await calls(ada, conversationId, bob),
        await calls(ada, conversationId, bob),
      ];
      await world.messages.recall(ada, second);
      expect(await mentions(bob, conversationId)).toBe(3);
      await world.messages.hide(bob, third);
      expect(await mentions(bob, conversationId)).toBe(2);
      await world.messages.clear(bob, { conversationId, seq: first.seq });
      expect(await mentions(bob, conversationId)).toBe(1);
      await edit(ada, first, { mentionIds: [bob.userId], mentionsEveryone: true });
      expect(await mentions(bob, conversationId)).toBe(1);
      await world.messages.hide(bob, fourth);
      expect(await mentions(bob, conversationId)).toBe(0);
    });

    it('lack messages from before the viewer joined', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob);
      const message = await say(ada, conversationId);
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [cy.userId] });
      await edit(ada, message, { mentionIds: [cy.userId, bob.userId] });
      expect([await mentions(bob, conversationId), await mentions(cy, conversationId)]).toEqual([1, 0]);
    });

    it('count again if the viewer marks the conversation as unread', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const { seq } = await calls(ada, conversationId, bob);
      await calls(ada, conversationId, bob);
      await world.messages.markRead(bob, { conversationId, seq: seq + 1 });
      await world.messages.markUnread(bob, { conversationId, fromSeq: seq + 1 });
      expect(await mentions(bob, conversationId)).toBe(1);
      await world.messages.markUnread(bob, { conversationId, fromSeq: seq });
      expect(await mentions(bob, conversationId)).toBe(2);
    });

    it('are read for several conversations at once, in order', async () => {
      const [ada, bob] = await world.people();
      const ids = await Promise.all(Array.from({ length: 130 }, () => world.group(ada, bob)));
      await Promise.all(ids.flatMap((id, n) => Array.from({ length: n % 3 }, () => calls(ada, id, bob))));
      const conversations = (await world.groups.byIds(ids)).flatMap((found) => found ?? []);
      const accesses = await world.groups.memberships(ids.map((conversationId) => ({ conversationId, userId: bob.userId })));
      const asked = conversations.map((conversation, n) => ({ conversation, access: accesses[n] ?? never() }));
      expect(await world.messages.mentions(asked)).toEqual(ids.map((_, n) => n % 3));
      expect((await world.messages.unreadTotals(bob)).mentions).toBe(ids.reduce((sum, _, n) => sum + (n % 3), 0));
    });
  });

  describe('unread replies of a thread', () => {
    it('count for participants: the author of the root and repliers, from their last reply on', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const root = await say(ada, conversationId);
      expect(await threads(ada, root)).toBe(0);
      await answer(bob, root);
      await answer(bob, root);
      expect([await threads(ada, root), await threads(bob, root), await threads(cy, root)]).toEqual([2, 0, 0]);
      await answer(ada, root);
      expect([await threads(ada, root), await threads(bob, root), await threads(cy, root)]).toEqual([0, 1, 0]);
      expect((await world.messages.unreadTotals(bob)).threads).toBe(1);
      expect((await world.messages.unreadTotals(cy)).threads).toBe(0);
    });

    it('count until the thread is read: reading the conversation does not change them', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const root = await say(ada, conversationId);
      const replies = [await answer(bob, root), await answer(bob, root), await answer(bob, root)];
      await world.messages.markRead(ada, { conversationId, seq: replies[2]?.seq ?? 0 });
      expect(await threads(ada, root)).toBe(3);
      expect(await world.messages.markThreadRead(ada, { message: root, seq: replies[1]?.seq ?? 0 })).toEqual({
        conversationId,
        seq: root.seq,
      });
      expect(await threads(ada, root)).toBe(1);
      await world.messages.markThreadRead(ada, { message: root, seq: replies[0]?.seq ?? 0 });
      expect(await threads(ada, root)).toBe(1);
      const access = await world.access(ada, conversationId);
      await world.messages.markThreadRead(ada, { message: replies[0] ?? root, seq: replies[2]?.seq ?? 0 });
      expect(await threads(ada, root)).toBe(0);
      expect(await world.access(ada, conversationId)).toEqual(access);
    });

    it('that become read are announced to the viewer’s own devices, if anything changes', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const root = await say(ada, conversationId);
      const { seq } = await answer(bob, root);
      const later = await say(bob, conversationId);
      const log = await world.entries(conversationId);
      for (const at of [root.seq, later.seq, seq, later.seq]) await world.messages.markThreadRead(ada, { message: root, seq: at });
      await world.messages.markThreadRead(cy, { message: root, seq });
      await world.messages.markThreadRead(bob, { message: root, seq });
      expect(await readThreads(ada)).toEqual([{ conversationId, rootSeq: root.seq, readSeq: seq, actorId: ada.userId }]);
      expect([await readThreads(bob), await readThreads(cy)]).toEqual([[], []]);
      expect(await world.entries(conversationId)).toEqual(log);
    });

    it('lack replies that the viewer does not see', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const root = await say(ada, conversationId);
      const replies = [await answer(bob, root), await answer(bob, root), await answer(bob, root)];
      await world.messages.hide(ada, replies[1] ?? root);
      expect(await threads(ada, root)).toBe(2);
      await world.messages.clear(ada, { conversationId, seq: replies[0]?.seq ?? 0 });
      expect(await threads(ada, root)).toBe(1);
      expect((await world.messages.unreadTotals(ada)).threads).toBe(1);
      await world.messages.clear(ada, { conversationId });
      expect(await threads(ada, root)).toBe(0);
      expect((await world.messages.unreadTotals(ada)).threads).toBe(0);
    });

    it('can be marked as read if the viewer sees a reply, even without the root', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const root = await say(ada, conversationId);
      await world.messages.clear(ada, { conversationId });
      expect(await refusal(world.messages.markThreadRead(ada, { message: root, seq: 1 }))).toEqual({
        code: 'NOT_FOUND',
        field: ['messageId'],
      });
      const { seq } = await answer(bob, root);
      expect(await threads(ada, root)).toBe(1);
      await world.messages.markThreadRead(ada, { message: root, seq });
      expect(await threads(ada, root)).toBe(0);
    });

    it('cannot be marked as read without visible replies, or beyond the log', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob);
      const root = await say(ada, conversationId);
      for (const message of [root, { conversationId, seq: 99 }, { conversationId, seq: 1 }, { conversationId: ada.userId, seq: 1 }]) {
        const viewer = message === root ? cy : ada;
        expect(await refusal(world.messages.markThreadRead(viewer, { message, seq: 1 }))).toEqual({
          code: 'NOT_FOUND',
          field: ['messageId'],
        });
      }
      for (const seq of [-1, 0.5, 4]) {
        expect(await refusal(world.messages.markThreadRead(ada, { message: root, seq }))).toEqual({
          code: 'INVALID_INPUT',
          field: ['seq'],
        });
      }
    });
  });
}

function never(): never {
  throw new Error('no member');
}
