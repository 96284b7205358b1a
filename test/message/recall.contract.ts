import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Message } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

const notThere = { code: 'NOT_FOUND', field: ['messageId'] };

/** What recalls promise, on any database. */
export function promisesOfRecalls(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** A group of three with a message of the second. */
  async function said(text = 'oops') {
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob, cy);
    return { ada, bob, cy, conversationId, message: await world.say(bob, conversationId, text) };
  }

  async function appoint(conversationId: bigint, { userId }: Viewer): Promise<void> {
    const where = { conversationId_userId: { conversationId, userId } };
    await world.db.transaction((tx) => tx.membership.update({ where, data: { role: 'ADMIN' } }));
  }

  /** Makes a message so many seconds older. */
  async function age({ conversationId, seq, sentAt }: Message, seconds: number): Promise<void> {
    const where = { conversationId_seq: { conversationId, seq } };
    await world.db.transaction((tx) => tx.message.update({ where, data: { sentAt: new Date(sentAt.getTime() - seconds * 1_000) } }));
  }

  async function typesOf(conversationId: bigint): Promise<readonly string[]> {
    return (await world.entries(conversationId)).map(({ type }) => type);
  }

  describe('a recalled message', () => {
    it('has lost its content, and keeps its place and clientMessageId', async () => {
      const { ada, bob, conversationId, message } = await said();
      const reply = { conversationId, clientMessageId: freshKey(), replyTo: message, threadRoot: message };
      const sent = await world.messages.send(bob, { ...reply, text: 'oops again', mentionIds: [ada.userId], mentionsEveryone: false });
      const recalled = await world.messages.recall(bob, sent);
      const entry = (await world.entries(conversationId)).at(-1);
      expect(entry).toMatchObject({ type: 'MessageRecalled', actorId: bob.userId, data: { messageSeq: sent.seq } });
      expect(recalled).toEqual({ ...sent, text: '', mentionIds: [], recalledAt: entry?.at });
      expect(await world.found(sent)).toEqual(recalled);
      expect((await world.entries(conversationId))[sent.seq - 1]?.data).toMatchObject({ text: '', recalledAt: entry?.at });
    });

    it('is gone from storage with its former texts, mentions, reactions and pin', async () => {
      const secret = `secret ${freshKey()}`;
      const { ada, bob, conversationId, message } = await said(secret);
      await world.messages.edit(bob, { message, text: `${secret} again`, mentionIds: [ada.userId] });
      await world.messages.addReaction(ada, { message, emoji: '👍' });
      await world.messages.pin(ada, message);
      const kept = () =>
        world.db.transaction(async (tx) => {
          const [where, place] = [{ conversationId }, { streamId: conversationId }];
          const texts = await Promise.all([tx.message.findMany({ where }), tx.messageEdit.findMany({ where })]);
          const marks = await Promise.all([tx.mention.count({ where }), tx.reaction.count({ where }), tx.pin.count({ where })]);
          const log = await tx.entry.findMany({ where: place, select: { data: true } });
          return { texts: [...texts.flat().map(({ text }) => text), ...log.map(({ data }) => data)].join(' '), marks };
        });
      const before = await kept();
      expect(before.texts.split(secret)).toHaveLength(3);
      expect(before.marks).toEqual([1, 1, 1]);
      await world.messages.recall(bob, message);
      const after = await kept();
      expect(after.texts).not.toContain(secret);
      expect(after.marks).toEqual([0, 0, 0]);
      expect(await world.found(message)).toMatchObject({ hasReactions: false, pinnedAt: null, mentionIds: [] });
      expect((await world.messages.edits([{ ...message, first: 1 }]))[0]?.items).toEqual([]);
    });

    it('that was forwarded loses its origin itself, while the recall of the original leaves it', async () => {
      const { ada, bob, conversationId, message } = await said();
      const passedOn = await world.messages.forward(ada, { message, conversationId, clientMessageId: freshKey() });
      await world.messages.recall(bob, message);
      expect(await world.found(passedOn)).toEqual(passedOn);
      await world.messages.recall(ada, passedOn);
      expect(await world.found(passedOn)).toMatchObject({ text: '', origin: null });
    });

    it('is unpinned first, at the same time', async () => {
      const { ada, bob, conversationId, message } = await said();
      await world.messages.pin(ada, message);
      await world.messages.recall(bob, message);
      const [unpinned, recalled] = (await world.entries(conversationId)).slice(-2);
      expect(unpinned).toMatchObject({ type: 'PinChanged', actorId: bob.userId, data: { messageSeq: message.seq, pinned: false } });
      expect(recalled).toMatchObject({ type: 'MessageRecalled', at: unpinned?.at });
    });

    it('still counts as unread, and replies still quote it', async () => {
      const { ada, bob, conversationId, message } = await said();
      const answer = { conversationId, clientMessageId: freshKey(), text: 'what?', replyTo: message, threadRoot: message };
      const reply = await world.messages.send(bob, answer);
      const unread = async () => {
        const [[conversation], access] = [await world.groups.byIds([conversationId]), await world.access(ada, conversationId)];
        if (!conversation || access === null) throw new Error('no member');
        return (await world.messages.unread([{ conversation, access }]))[0];
      };
      expect(await unread()).toBe(2);
      await world.messages.recall(bob, message);
      expect(await unread()).toBe(2);
      expect(await world.found(message)).toMatchObject({ replyCount: 1 });
      expect(await world.found(reply)).toEqual(reply);
    });

    it('is recalled once, however often and by however many users', async () => {
      const { ada, bob, conversationId, message } = await said();
      const other = world.node();
      const acts = [ada, bob, ada, bob].flatMap((viewer) => [world, other].map(({ messages }) => messages.recall(viewer, message)));
      const [first, ...more] = await Promise.all(acts);
      for (const again of more) expect(again).toEqual(first);
      expect(await world.messages.recall(bob, message)).toEqual(first);
      expect((await typesOf(conversationId)).filter((type) => type === 'MessageRecalled')).toHaveLength(1);
    });

    it('keeps no version of concurrent edits', async () => {
      const { bob, conversationId, message } = await said();
      const edits = Array.from({ length: 6 }, (_, n) => world.messages.edit(bob, { message, text: `text ${n}` }));
      const recall = world.messages.recall(bob, message);
      const late = Array.from({ length: 6 }, (_, n) => world.messages.edit(bob, { message, text: `late ${n}` }));
      const outcomes = await Promise.allSettled([...edits, ...late]);
      await recall;
      const refused = outcomes.filter(({ status }) => status === 'rejected').length;
      expect(await world.found(message)).toMatchObject({ text: '', recalledAt: expect.any(Date) });
      expect(await world.db.client.messageEdit.count({ where: { conversationId } })).toBe(0);
      const types = await typesOf(conversationId);
      expect(types.at(-1)).toBe('MessageRecalled');
      expect(types.filter((type) => type === 'MessageEdited')).toHaveLength(12 - refused);
    });

    it('cannot be reacted to, pinned or forwarded', async () => {
      const { ada, conversationId, message } = await said();
      await world.messages.recall(ada, message);
      const head = (await typesOf(conversationId)).length;
      const gone = { code: 'INVALID_INPUT', field: ['messageId'] };
      expect(await refusal(world.messages.addReaction(ada, { message, emoji: '👍' }))).toEqual(gone);
      expect(await refusal(world.messages.pin(ada, message))).toEqual(gone);
      expect(await refusal(world.messages.forward(ada, { message, conversationId, clientMessageId: freshKey() }))).toEqual(gone);
      expect(await typesOf(conversationId)).toHaveLength(head);
    });

    it('sent again under its clientMessageId is found as recalled', async () => {
      const { ada, bob, conversationId } = await said();
      const request = { conversationId, clientMessageId: freshKey(), text: 'oops', mentionIds: [ada.userId] };
      const sent = await world.messages.send(bob, request);
      const recalled = await world.messages.recall(bob, sent);
      const head = (await typesOf(conversationId)).length;
      expect(await world.messages.send(bob, request)).toEqual(recalled);
      expect(await refusal(world.messages.send(bob, { ...request, text: 'other' }))).toEqual({
        code: 'CONFLICT',
        field: ['clientMessageId'],
      });
      await world.groups.removeMember(ada, { groupId: conversationId, userId: bob.userId });
      expect(await world.messages.send(bob, request)).toEqual(recalled);
      expect(await typesOf(conversationId)).toHaveLength(head + 1);
    });
  });

  describe('the users who may recall a message', () => {
    it('are its sender, within the recall window by the database’s clock', async () => {
      const { bob, conversationId, message } = await said();
      const { messages } = world.node({ recallWindowSeconds: 3_600 });
      const other = await world.say(bob, conversationId, 'oops too');
      await age(message, 3_000);
      expect(await messages.recall(bob, message)).toMatchObject({ text: '' });
      await age(other, 3_600);
      expect(await refusal(messages.recall(bob, other))).toEqual({ code: 'TOO_LATE', field: ['messageId'] });
      expect((await world.found(other))?.text).toBe('oops too');
      // Repeating an earlier recall has no effect.
      await age(message, 4_000);
      expect(await messages.recall(bob, message)).toMatchObject({ text: '' });
    });

    it('are the owner and admins of its group, at any time, whoever sent it', async () => {
      const { ada, bob, cy, conversationId } = await said();
      await appoint(conversationId, cy);
      const { messages } = world.node({ recallWindowSeconds: 0 });
      for (const viewer of [ada, cy]) {
        for (const sender of [ada, bob, cy]) {
          const message = await world.say(sender, conversationId);
          await age(message, 1_000_000);
          expect(await messages.recall(viewer, message)).toMatchObject({ text: '', senderId: sender.userId });
        }
      }
      const own = await world.say(bob, conversationId);
      expect(await refusal(messages.recall(bob, own))).toEqual({ code: 'TOO_LATE', field: ['messageId'] });
    });

    it('are neither other members nor the other side of a direct conversation', async () => {
      const { ada, bob, cy, message } = await said();
      const direct = await world.direct(ada, bob);
      const between = await world.say(ada, direct);
      expect(await refusal(world.messages.recall(cy, message))).toEqual({ code: 'FORBIDDEN', field: ['messageId'] });
      expect(await refusal(world.messages.recall(bob, between))).toEqual({ code: 'FORBIDDEN', field: ['messageId'] });
      expect(await world.messages.recall(ada, between)).toMatchObject({ text: '' });
      expect(await world.found(message)).toEqual(message);
    });

    it('must see it, and every invisible message is the same NOT_FOUND', async () => {
      const { ada, bob, cy, conversationId, message } = await said();
      const late = await world.person();
      const unseen = await world.direct(ada, cy);
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [late.userId] });
      await appoint(conversationId, late);
      const places: readonly [Viewer, bigint, number][] = [
        [await world.person(), conversationId, message.seq],
        [late, conversationId, message.seq],
        [ada, conversationId, 1],
        [ada, conversationId, 99],
        [ada, 9_000_000_000n, 1],
        [ada, bob.userId, 1],
        [cy, unseen, 1],
      ];
      for (const [viewer, id, seq] of places) {
        expect(await refusal(world.messages.recall(viewer, { conversationId: id, seq }))).toEqual(notThere);
      }
      await world.messages.hide(ada, message);
      expect(await refusal(world.messages.recall(ada, message))).toEqual(notThere);
      await world.groups.leave(bob, { groupId: conversationId });
      expect(await refusal(world.messages.recall(bob, message))).toEqual(notThere);
      expect(await world.found(message)).toEqual(message);
    });
  });
}
