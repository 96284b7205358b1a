import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Messages } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';
import { newKey } from '../user/users-world.ts';

/** What sending promises, on any database. */
export function promisesOfSending(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function send(
    sender: Viewer,
    conversationId: bigint,
    options: { text?: string; key?: string; replyTo?: { conversationId: bigint; seq: number } } = {},
  ) {
    const { text = 'hello', key = freshKey(), replyTo } = options;
    return world.messages.send(sender, { conversationId, text, clientMessageId: key, replyTo });
  }

  async function texts(conversationId: bigint): Promise<readonly string[]> {
    const entries = await world.entries(conversationId);
    return entries.flatMap((entry) => (entry.type === 'MessageSent' ? [entry.data.text] : []));
  }

  describe('a message', () => {
    it('is stored exactly as sent, with seq and time of the log', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const text = '  Grüße,\n\t👩‍👩‍👧 e\u0301 \u202eabc  ';
      const sent = await send(bob, conversationId, { text, key: 'A key ~ 1' });
      expect(sent).toEqual({
        ...{ conversationId, seq: 3, ordinal: 1, senderId: bob.userId, clientMessageId: 'A key ~ 1', text, replyToSeq: null },
        ...{ sentAt: expect.any(Date), editedAt: null, recalledAt: null, pinnedAt: null, replyCount: 0, hasReactions: false },
        ...{ threadRootSeq: null, mentionIds: [], mentionsEveryone: false, origin: null, attachments: [], data: null, poll: null },
      });
      expect((await world.messages.byRefs([sent]))[0]).toEqual(sent);
      expect((await world.entries(conversationId)).at(-1)).toMatchObject({
        seq: 3,
        type: 'MessageSent',
        actorId: bob.userId,
        at: sent.sentAt,
      });
      const [conversation] = await world.groups.byIds([conversationId]);
      expect(conversation).toMatchObject({ lastSeq: 3, lastOrdinal: 1, lastActivityAt: sent.sentAt });
    });

    it.each([
      ['nothing', ''],
      ['white space', ' \t\n\u00a0\u2003\u3000'],
      ['characters that show nothing', '\u200b\u200d\ufeff\u2060\u00ad\u3164\u2800\u{e0020}\ufe0f'],
      ['control characters', '\u0001\u001b'],
      ['half a character', 'half \ud83d'],
      ['NUL', 'a\0b'],
    ])('of %s is refused', async (_, text) => {
      const ada = await world.person();
      const outcome = await refusal(send(ada, await world.group(ada), { text }));
      expect(outcome).toEqual({ code: 'INVALID_INPUT', field: ['text'] });
    });

    it('can have as many code points as MAX_MESSAGE_LENGTH, and no more', async () => {
      const ada = await world.person();
      const conversationId = await world.group(ada);
      expect((await send(ada, conversationId, { text: '👍'.repeat(8_000) })).text).toHaveLength(16_000);
      expect(await refusal(send(ada, conversationId, { text: '👍'.repeat(8_001) }))).toEqual({ code: 'INVALID_INPUT', field: ['text'] });
      const { messages } = world.node({ maxMessageLength: 3 });
      const short = (text: string) => messages.send(ada, { conversationId, clientMessageId: freshKey(), text });
      expect(await short('👍👍👍')).toMatchObject({ text: '👍👍👍' });
      expect(await refusal(short('four'))).toEqual({ code: 'INVALID_INPUT', field: ['text'] });
    });

    it.each(['', ' ', 'a ', 'tab\t', 'ключ', 'k'.repeat(65), 'a\n'])('under the clientMessageId %j is refused', async (key) => {
      const ada = await world.person();
      const outcome = await refusal(send(ada, await world.group(ada), { key }));
      expect(outcome).toEqual({ code: 'INVALID_INPUT', field: ['clientMessageId'] });
    });

    it('is refused without effect if the sender is not a member', async () => {
      const [ada, bob, cy] = await world.people();
      const foreign = await world.group(bob);
      const left = await world.group(bob, ada);
      await world.groups.leave(ada, { groupId: left });
      const dissolved = await world.group(ada);
      await world.groups.leave(ada, { groupId: dissolved });
      const unseen = await world.direct(cy, ada);
      for (const conversationId of [9_000_000_000n, foreign, left, dissolved, unseen, ada.userId]) {
        expect(await refusal(send(ada, conversationId))).toEqual({ code: 'NOT_FOUND', field: ['conversationId'] });
      }
      expect((await Promise.all([foreign, left, dissolved, unseen].map(texts))).flat()).toEqual([]);
    });
  });

  describe('a retry under the same clientMessageId', () => {
    it('returns the first message and stores no second', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const key = freshKey();
      const first = await send(ada, conversationId, { text: 'once', key });
      await send(bob, conversationId, { text: 'between' });
      expect(await send(ada, conversationId, { text: 'once', key })).toEqual(first);
      expect(await texts(conversationId)).toEqual(['once', 'between']);
    });

    it('returns it even if MAX_MESSAGE_LENGTH has been lowered since', async () => {
      const ada = await world.person();
      const conversationId = await world.group(ada);
      const key = freshKey();
      const first = await send(ada, conversationId, { text: 'four', key });
      const { messages } = world.node({ maxMessageLength: 3 });
      expect(await messages.send(ada, { conversationId, clientMessageId: key, text: 'four' })).toEqual(first);
      const edited = await world.messages.edit(ada, { message: first, text: 'edited' });
      expect(await messages.edit(ada, { message: first, text: 'edited' })).toEqual(edited);
      expect(await texts(conversationId)).toEqual(['edited']);
      expect(await refusal(messages.edit(ada, { message: first, text: 'again' }))).toEqual({ code: 'INVALID_INPUT', field: ['text'] });
    });

    it('returns it as it is now, even to a sender who has left', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const key = freshKey();
      const { seq } = await send(bob, conversationId, { text: 'first words', key });
      const editedAt = new Date(1_900_000_000_000);
      const where = { conversationId_seq: { conversationId, seq } };
      await world.db.transaction((tx) => tx.message.update({ where, data: { text: 'better words', editedAt } }));
      await world.groups.leave(bob, { groupId: conversationId });
      expect(await send(bob, conversationId, { text: 'first words', key })).toMatchObject({ seq, text: 'better words', editedAt });
      expect(await refusal(send(bob, conversationId, { text: 'better words', key }))).toMatchObject({ code: 'CONFLICT' });
    });

    it('conflicts with another text, another quote or another conversation', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const elsewhere = await world.group(ada, bob);
      const { seq } = await send(bob, conversationId, { text: 'quote me' });
      const key = freshKey();
      await send(ada, conversationId, { text: 'once', key });
      const conflict = { code: 'CONFLICT', field: ['clientMessageId'] };
      expect(await refusal(send(ada, conversationId, { text: 'once ', key }))).toEqual(conflict);
      expect(await refusal(send(ada, conversationId, { text: 'once', key, replyTo: { conversationId, seq } }))).toEqual(conflict);
      expect(await refusal(send(ada, elsewhere, { text: 'once', key }))).toEqual(conflict);
      expect(await refusal(send(ada, 9_000_000_000n, { text: 'once', key }))).toEqual(conflict);
      expect(await texts(elsewhere)).toEqual([]);
    });

    it('is another message from another sender, or in another case of letters', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const key = `k${freshKey()}`;
      const sent = [
        await send(ada, conversationId, { key }),
        await send(bob, conversationId, { key }),
        await send(ada, conversationId, { key: key.toUpperCase() }),
      ];
      expect(sent.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3]);
    });

    it('can follow a refusal, which is not remembered', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada);
      const key = freshKey();
      await refusal(send(bob, conversationId, { key }));
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [bob.userId] });
      expect(await send(bob, conversationId, { key })).toMatchObject({ clientMessageId: key });
    });

    it('is recognised after a rotation of keys, as is another request', async () => {
      const ada = await world.person();
      const conversationId = await world.group(ada);
      const message = { conversationId, text: 'once', clientMessageId: freshKey() };
      const { seq } = await world.messages.send(ada, message);
      const { messages } = world.node({ keys: [newKey('second'), world.key] });
      expect(await messages.send(ada, message)).toMatchObject({ seq });
      expect(await refusal(messages.send(ada, { ...message, text: 'twice' }))).toMatchObject({ code: 'CONFLICT' });
    });

    it('makes one message of twenty concurrent sends on two nodes', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.direct(ada, bob);
      const nodes = [world.messages, world.node().messages];
      const message = { conversationId, text: 'once', clientMessageId: freshKey() };
      const sent = await Promise.all(Array.from({ length: 20 }, (_, n) => nodes[n % 2]?.send(ada, message)));
      expect(new Set(sent.map((each) => each?.seq))).toEqual(new Set([1]));
      expect(await texts(conversationId)).toEqual(['once']);
    });

    describe('to different conversations at once', () => {
      async function atOnce(...nodes: readonly Messages[]): Promise<void> {
        const ada = await world.person();
        const conversations = [await world.group(ada), await world.group(ada), await world.group(ada), await world.group(ada)];
        const key = freshKey();
        const acts = await Promise.allSettled(
          conversations.map((conversationId, n) =>
            nodes[n % nodes.length]?.send(ada, { conversationId, text: 'hello', clientMessageId: key }),
          ),
        );
        expect(acts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const act of acts) if (act.status === 'rejected') expect(act.reason).toMatchObject({ code: 'CONFLICT' });
        expect((await Promise.all(conversations.map(texts))).flat()).toEqual(['hello']);
      }

      it('makes one message, and no commit fails, which the messages of others would share', async () => {
        const { failed } = world.log.counts();
        await atOnce(world.messages);
        expect(world.log.counts().failed).toBe(failed);
      });

      it('makes one message on two nodes', async () => {
        await atOnce(world.messages, talkOn(world.db).node({ keys: [world.key] }).messages);
      });
    });
  });

  describe('a reply', () => {
    it('quotes a message of the same conversation', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.direct(ada, bob);
      const { seq } = await send(ada, conversationId);
      expect(await send(bob, conversationId, { replyTo: { conversationId, seq } })).toMatchObject({ seq: 2, replyToSeq: seq });
    });

    it('is refused for what is not a message there, or is from before the sender joined', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada);
      const elsewhere = await world.group(ada, bob);
      const early = await send(ada, conversationId);
      const other = await send(bob, elsewhere);
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [bob.userId] });
      const joining = { conversationId, seq: 3 };
      for (const replyTo of [early, other, joining, { conversationId, seq: 4 }, { conversationId, seq: 99 }]) {
        expect(await refusal(send(bob, conversationId, { replyTo }))).toEqual({ code: 'NOT_FOUND', field: ['replyToId'] });
      }
      expect(await send(ada, conversationId, { replyTo: early })).toMatchObject({ replyToSeq: early.seq });
    });
  });

  describe('the first message of a direct conversation', () => {
    it('shows it to the other side from its beginning', async () => {
      const [ada, bob] = await world.people();
      const id = await world.direct(ada, bob);
      await send(ada, id, { text: 'knock' });
      expect(await world.access(bob, id)).toMatchObject({ shown: true, readSeq: 0 });
      expect(await world.told(bob)).toEqual([{ type: 'ConversationOpened', data: { conversationId: id, seq: 0 }, actorId: ada.userId }]);
      expect((await world.groups.list(bob, { first: 10 })).items.map(({ conversation }) => conversation.id)).toEqual([id]);
      await send(bob, id, { text: 'who is there?' });
      expect(await world.told(bob)).toHaveLength(1);
      expect(await world.told(ada)).toHaveLength(1);
    });

    it('shows it once in a race with the other side’s opening', async () => {
      const [ada, bob] = await world.people();
      const id = await world.direct(ada, bob);
      await Promise.all([send(ada, id), world.direct(bob, ada), send(ada, id), world.direct(bob, ada), send(ada, id)]);
      expect(await world.told(bob)).toHaveLength(1);
      expect(await texts(id)).toHaveLength(3);
    });
  });

  describe('sending', () => {
    it('moves the sender’s markers to the message if nothing before it is unread', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const { seq } = await send(ada, conversationId);
      expect(await world.access(ada, conversationId)).toMatchObject({ readSeq: seq, deliveredSeq: seq });
      await send(bob, conversationId);
      expect(await world.access(bob, conversationId)).toMatchObject({ readSeq: 0, deliveredSeq: 0 });
      await world.messages.markRead(bob, { conversationId, seq });
      const later = await send(bob, conversationId);
      expect(await world.access(bob, conversationId)).toMatchObject({ readSeq: later.seq, deliveredSeq: later.seq });
    });

    it('ends with the membership in any race', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const acts = Array.from({ length: 24 }, (_, n) =>
        n === 12
          ? world.groups.removeMember(ada, { groupId: conversationId, userId: bob.userId })
          : send(n % 3 === 0 ? cy : bob, conversationId),
      );
      const outcomes = await Promise.allSettled(acts);
      const entries = await world.entries(conversationId);
      const end = entries.findIndex(({ type }) => type === 'MemberLeft');
      expect(end).toBeGreaterThan(0);
      const since = entries.slice(end + 1);
      expect(since.filter(({ actorId }) => actorId === bob.userId)).toEqual([]);
      const sent = outcomes.filter(({ status }) => status === 'fulfilled').length - 1;
      expect(entries.filter(({ type }) => type === 'MessageSent')).toHaveLength(sent);
    });
  });
}
