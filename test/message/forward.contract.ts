import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Message, MessageRef } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

/** What forwarding promises, on any database. */
export function promisesOfForwarding(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function forward(viewer: Viewer, message: MessageRef, conversationId: bigint, key: string = freshKey()): Promise<Message> {
    return world.messages.forward(viewer, { message, conversationId, clientMessageId: key });
  }

  async function named(viewer: Viewer, displayName: string): Promise<void> {
    await world.db.transaction((tx) => tx.user.update({ where: { id: viewer.userId }, data: { displayName } }));
  }

  describe('a forwarded message', () => {
    it('has the text of the first, its own sender, and the first sender as its origin', async () => {
      const [ada, bob, cy] = await world.people();
      await named(ada, 'Ada Lovelace');
      const [source, target] = [await world.group(ada, bob), await world.group(bob, cy)];
      const message = await world.say(ada, source, '  to the\nletter ');
      const sent = await forward(bob, message, target);
      expect(sent).toMatchObject({
        ...{ conversationId: target, senderId: bob.userId, text: '  to the\nletter ', ordinal: 1 },
        origin: { userId: ada.userId, name: 'Ada Lovelace' },
      });
      expect((await world.messages.byRefs([sent]))[0]).toEqual(sent);
      expect((await world.entries(target)).at(-1)?.data).toMatchObject({ origin: { userId: ada.userId, name: 'Ada Lovelace' } });
      expect(await world.entries(source)).toHaveLength(message.seq);
    });

    it('keeps the origin’s name of that time, also when it is forwarded again', async () => {
      const [ada, bob, cy] = await world.people();
      await named(ada, 'Ada');
      const [first, second, third] = [await world.group(ada, bob), await world.group(bob, cy), await world.group(cy)];
      const once = await forward(bob, await world.say(ada, first), second);
      await named(ada, 'Countess');
      const twice = await forward(cy, once, third);
      expect(twice).toMatchObject({ senderId: cy.userId, origin: { userId: ada.userId, name: 'Ada' } });
    });

    it('takes over neither mentions nor thread nor quote, nor the state of the first', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const root = await world.say(ada, conversationId);
      const message = await world.messages.send(ada, {
        ...{ conversationId, clientMessageId: freshKey(), text: 'all of it', replyTo: root, threadRoot: root },
        ...{ mentionIds: [bob.userId], mentionsEveryone: true },
      });
      await world.messages.edit(ada, { message, text: 'all of it, edited' });
      const sent = await forward(bob, message, conversationId);
      expect(sent).toMatchObject({
        ...{ text: 'all of it, edited', replyToSeq: null, threadRootSeq: null, mentionIds: [], mentionsEveryone: false },
        ...{ editedAt: null, recalledAt: null, pinnedAt: null, replyCount: 0, hasReactions: false },
      });
    });

    it('stays when the first is recalled, and nobody can edit it', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const message = await world.say(ada, conversationId, 'said');
      const sent = await forward(bob, message, conversationId);
      await world.messages.recall(ada, message);
      expect((await world.messages.byRefs([sent]))[0]).toEqual(sent);
      for (const one of [ada, bob]) {
        expect(await refusal(world.messages.edit(one, { message: sent, text: 'changed' }))).toMatchObject({ code: 'FORBIDDEN' });
      }
      expect(await world.messages.recall(bob, sent)).toMatchObject({ text: '', origin: null });
    });

    it('opens a direct conversation to the other side as its first message', async () => {
      const [ada, bob] = await world.people();
      const note = await world.say(ada, await world.direct(ada, ada), 'to myself');
      const direct = await world.direct(ada, bob);
      expect(await forward(ada, note, direct)).toMatchObject({ seq: 1, text: 'to myself' });
      expect(await world.told(bob)).toMatchObject([{ type: 'ConversationOpened', data: { conversationId: direct } }]);
    });
  });

  describe('forwarding is refused', () => {
    it('for what the viewer does not see: before they joined, after they left, cleared, in other conversations, or unknown', async () => {
      const [ada, bob] = await world.people();
      const target = await world.group(bob);
      const group = await world.group(ada);
      const early = await world.say(ada, group);
      await world.groups.addMembers(ada, { groupId: group, userIds: [bob.userId] });
      const [cleared, seen] = [await world.say(ada, group), await world.say(ada, group)];
      await world.messages.clear(bob, { conversationId: group, seq: cleared.seq });
      expect(await forward(bob, seen, target)).toMatchObject({ text: 'hello' });
      const left = await world.say(ada, await world.group(ada, bob));
      await world.groups.leave(bob, { groupId: left.conversationId });
      const foreign = await world.say(ada, await world.group(ada));
      const unseen = [early, cleared, left, foreign, { conversationId: group, seq: 99 }, { conversationId: 9_000_000_000n, seq: 1 }];
      for (const message of [...unseen, { conversationId: bob.userId, seq: 1 }]) {
        expect(await refusal(forward(bob, message, target))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
      }
      expect((await world.entries(target)).filter(({ type }) => type === 'MessageSent')).toHaveLength(1);
    });

    it('for what the viewer has deleted for themselves', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      const message = await world.say(ada, group);
      await world.messages.hide(bob, message);
      expect(await refusal(forward(bob, message, group))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
      expect(await forward(ada, message, group)).toMatchObject({ text: 'hello' });
    });

    it('for a recalled message', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      const message = await world.say(ada, group);
      await world.messages.recall(ada, message);
      expect(await refusal(forward(bob, message, group))).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
    });

    it('to conversations where the viewer may not send', async () => {
      const [ada, bob] = await world.people();
      const message = await world.say(ada, await world.group(ada, bob));
      const left = await world.group(ada, bob);
      await world.groups.leave(bob, { groupId: left });
      for (const target of [left, await world.group(ada), 9_000_000_000n, bob.userId]) {
        expect(await refusal(forward(bob, message, target))).toEqual({ code: 'NOT_FOUND', field: ['conversationId'] });
      }
    });

    it('under an empty clientMessageId', async () => {
      const ada = await world.person();
      const message = await world.say(ada, await world.group(ada));
      expect(await refusal(forward(ada, message, message.conversationId, ''))).toEqual({
        code: 'INVALID_INPUT',
        field: ['clientMessageId'],
      });
    });
  });

  describe('a retry of a forward', () => {
    it('returns the first message, whatever happened to its source and to the viewer’s access', async () => {
      const [ada, bob] = await world.people();
      const [source, target] = [await world.group(ada, bob), await world.group(ada, bob)];
      const message = await world.say(ada, source, 'once');
      const key = freshKey();
      const first = await forward(bob, message, target, key);
      await world.messages.recall(ada, message);
      expect(await forward(bob, message, target, key)).toEqual(first);
      await world.groups.leave(bob, { groupId: source });
      await world.groups.leave(bob, { groupId: target });
      expect(await forward(bob, message, target, key)).toEqual(first);
    });

    it('conflicts with another source, another target, or a typed message of the same text', async () => {
      const [ada, bob] = await world.people();
      const [source, target] = [await world.group(ada, bob), await world.group(ada, bob)];
      const [message, alike] = [await world.say(ada, source, 'once'), await world.say(ada, source, 'once')];
      const key = freshKey();
      await forward(bob, message, target, key);
      const conflict = { code: 'CONFLICT', field: ['clientMessageId'] };
      expect(await refusal(forward(bob, alike, target, key))).toEqual(conflict);
      expect(await refusal(forward(bob, message, source, key))).toEqual(conflict);
      const typed = world.messages.send(bob, { conversationId: target, clientMessageId: key, text: 'once' });
      expect(await refusal(typed)).toEqual(conflict);
    });

    it('makes one message in a race, and none after the source’s recall', async () => {
      const [ada, bob] = await world.people();
      const [source, target] = [await world.group(ada, bob), await world.group(ada, bob)];
      const message = await world.say(ada, source, 'once');
      const nodes = [world.messages, world.node().messages];
      const request = { message, conversationId: target, clientMessageId: freshKey() };
      const acts = Array.from({ length: 10 }, (_, n) => nodes[n % 2]?.forward(bob, request));
      const outcomes = await Promise.allSettled([...acts, world.messages.recall(ada, message)]);
      const made = (await world.entries(target)).filter(({ type }) => type === 'MessageSent');
      const answered = outcomes.slice(0, -1).filter(({ status }) => status === 'fulfilled');
      expect(made).toHaveLength(answered.length > 0 ? 1 : 0);
      for (const entry of made) expect(entry.data).toMatchObject({ text: 'once' });
    });
  });
}
