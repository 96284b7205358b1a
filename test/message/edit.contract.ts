import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Membership } from '../../src/group/index.ts';
import { type Message, maySeeEdits } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

const notThere = { code: 'NOT_FOUND', field: ['messageId'] };

/** What edits promise, on any database. */
export function promisesOfEdits(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** A group of three with a message of the second. */
  async function said(text = 'helo') {
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob, cy);
    return { ada, bob, cy, conversationId, message: await world.say(bob, conversationId, text) };
  }

  function change(viewer: Viewer, message: { readonly conversationId: bigint; readonly seq: number }, text: string): Promise<Message> {
    return world.messages.edit(viewer, { message, text });
  }

  /** The versions before, newest first, in pages of `first`. */
  async function history({ conversationId, seq }: Message, first = 100): Promise<readonly (readonly string[])[]> {
    const pages: string[][] = [];
    for (let after: number | undefined; ; ) {
      const [page] = await world.messages.edits([{ conversationId, seq, first, after }]);
      if (page === undefined) throw new Error('an answer is missing');
      pages.push(page.items.map(({ text }) => text));
      if (!page.hasNextPage) return pages;
      after = page.items.at(-1)?.seq;
    }
  }

  async function access(viewer: Viewer, conversationId: bigint): Promise<Membership> {
    const found = await world.access(viewer, conversationId);
    if (found === null) throw new Error('no member');
    return found;
  }

  /** Makes a message so many seconds older. */
  async function age({ conversationId, seq, sentAt }: Message, seconds: number): Promise<void> {
    const where = { conversationId_seq: { conversationId, seq } };
    await world.db.transaction((tx) => tx.message.update({ where, data: { sentAt: new Date(sentAt.getTime() - seconds * 1_000) } }));
  }

  describe('an edit', () => {
    it('changes a message’s text and leaves it in its place', async () => {
      const { bob, conversationId, message } = await said();
      const edited = await change(bob, message, 'hello');
      const entry = (await world.entries(conversationId)).at(-1);
      expect(entry).toMatchObject({ type: 'MessageEdited', actorId: bob.userId, data: { messageSeq: message.seq } });
      expect(edited).toEqual({ ...message, text: 'hello', editedAt: entry?.at });
      expect((await world.messages.byRefs([message]))[0]).toEqual(edited);
      expect((await world.entries(conversationId))[message.seq - 1]?.data).toMatchObject({ text: 'hello', editedAt: entry?.at });
    });

    it('keeps the text exactly', async () => {
      const { bob, message } = await said();
      for (const text of [' e\u0301 ', '👩‍👩‍👧‍👦', 'a\r\nb', '\u202eabc', "'; DROP TABLE Message; --", 'x'.repeat(8_000)]) {
        expect((await change(bob, message, text)).text).toBe(text);
        expect((await world.messages.byRefs([message]))[0]?.text).toBe(text);
      }
    });

    it('changes neither unread counts nor the order of conversations', async () => {
      const { ada, bob, conversationId, message } = await said();
      const counts = async () => {
        const [conversation] = await world.groups.byIds([conversationId]);
        if (!conversation) throw new Error('no conversation');
        const [unread] = await world.messages.unread([{ conversation, access: await access(ada, conversationId) }]);
        return { unread, lastActivityAt: conversation.lastActivityAt };
      };
      const before = await counts();
      await world.tick();
      await change(bob, message, 'hello');
      expect(await counts()).toEqual(before);
    });

    it('to the current text changes nothing', async () => {
      const { bob, conversationId, message } = await said('hello');
      expect(await change(bob, message, 'hello')).toEqual(message);
      expect(await world.entries(conversationId)).toHaveLength(message.seq);
      expect(await history(message)).toEqual([[]]);
    });

    it('that is repeated is made once, even after the edit window', async () => {
      const { bob, conversationId, message } = await said();
      const edited = await change(bob, message, 'hello');
      expect(await change(bob, message, 'hello')).toEqual(edited);
      await age(message, 100_000);
      expect((await change(bob, message, 'hello')).editedAt).toEqual(edited.editedAt);
      expect(await world.entries(conversationId)).toHaveLength(message.seq + 1);
      expect(await history(message)).toEqual([['helo']]);
    });

    it.each(['', ' \n ', 'a\0b', 'a\ud800b', 'x'.repeat(8_001)])('to an invalid text is refused: %j', async (text) => {
      const { bob, conversationId, message } = await said();
      expect(await refusal(change(bob, message, text))).toEqual({ code: 'INVALID_INPUT', field: ['text'] });
      expect((await world.messages.byRefs([message]))[0]).toEqual(message);
      expect(await world.entries(conversationId)).toHaveLength(message.seq);
    });

    it('is for the sender alone, whatever others may do in the group', async () => {
      const { ada, cy, message } = await said();
      for (const viewer of [ada, cy]) {
        expect(await refusal(change(viewer, message, 'hello'))).toEqual({ code: 'FORBIDDEN', field: ['messageId'] });
      }
      expect((await world.messages.byRefs([message]))[0]).toEqual(message);
    });

    it('is refused for a recalled or a forwarded message', async () => {
      const { bob, conversationId, message } = await said();
      const forwarded = await world.messages.forward(bob, { message, conversationId, clientMessageId: freshKey() });
      await world.messages.recall(bob, message);
      expect(await refusal(change(bob, message, 'hello'))).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
      expect(await refusal(change(bob, forwarded, 'hello'))).toEqual({ code: 'FORBIDDEN', field: ['messageId'] });
      expect((await world.messages.byRefs([message, forwarded])).map((found) => found?.text)).toEqual(['', 'helo']);
    });

    it('is NOT_FOUND alike for every message that the viewer does not see', async () => {
      const { ada, bob, cy, conversationId, message } = await said();
      const unseen = await world.direct(ada, cy);
      const stranger = await world.person();
      const places: readonly [Viewer, bigint, number][] = [
        [stranger, conversationId, message.seq],
        [bob, conversationId, 1],
        [bob, conversationId, 99],
        [bob, 9_000_000_000n, 1],
        [bob, bob.userId, 1],
        [cy, unseen, 1],
      ];
      for (const [viewer, id, seq] of places) {
        expect(await refusal(change(viewer, { conversationId: id, seq }, 'hello'))).toEqual(notThere);
      }
      const [hidden, cleared] = [await world.say(bob, conversationId), await world.say(bob, conversationId)];
      await world.messages.hide(bob, hidden);
      expect(await refusal(change(bob, hidden, 'changed'))).toEqual(notThere);
      await world.messages.clear(bob, { conversationId, seq: cleared.seq });
      expect(await refusal(change(bob, cleared, 'changed'))).toEqual(notThere);
      const late = await world.say(bob, conversationId);
      await world.groups.removeMember(ada, { groupId: conversationId, userId: bob.userId });
      expect(await refusal(change(bob, late, 'changed'))).toEqual(notThere);
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [bob.userId] });
      expect(await refusal(change(bob, late, 'changed'))).toEqual(notThere);
    });

    it('is refused after the edit window by the database’s clock', async () => {
      const { bob, conversationId, message } = await said();
      const { messages } = world.node({ editWindowSeconds: 3_600 });
      const edit = (text: string) => messages.edit(bob, { message, text });
      await age(message, 3_000);
      expect((await edit('hello')).text).toBe('hello');
      await age(message, 3_600);
      const head = (await world.entries(conversationId)).length;
      expect(await refusal(edit('hello!'))).toEqual({ code: 'TOO_LATE', field: ['messageId'] });
      expect(await world.entries(conversationId)).toHaveLength(head);
      expect(await history(message)).toEqual([['helo']]);
    });

    it('is refused at once if EDIT_WINDOW_SECONDS is 0', async () => {
      const { bob, message } = await said();
      const { messages } = world.node({ editWindowSeconds: 0 });
      expect(await refusal(messages.edit(bob, { message, text: 'hello' }))).toEqual({ code: 'TOO_LATE', field: ['messageId'] });
    });

    it('is not stored after its sender’s removal, however close', async () => {
      const { ada, bob, conversationId, message } = await said();
      const edits = Array.from({ length: 10 }, (_, n) => change(bob, message, `text ${n}`));
      const removal = world.groups.removeMember(ada, { groupId: conversationId, userId: bob.userId });
      const later = Array.from({ length: 10 }, (_, n) => change(bob, message, `late ${n}`));
      const outcomes = await Promise.allSettled([...edits, ...later]);
      await removal;
      const types = (await world.entries(conversationId)).map(({ type }) => type);
      const made = outcomes.filter(({ status }) => status === 'fulfilled').length;
      expect(types.filter((type) => type === 'MessageEdited')).toHaveLength(made);
      expect(types.slice(types.indexOf('MemberLeft')).filter((type) => type === 'MessageEdited')).toEqual([]);
    });
  });

  describe('the versions before an edit', () => {
    it('are kept for every edit, even in a race', async () => {
      const { bob, conversationId, message } = await said('text');
      const other = world.node();
      await Promise.all(
        Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? world : other).messages.edit(bob, { message, text: `text ${n}` })),
      );
      const [texts = []] = await history(message);
      const now = (await world.messages.byRefs([message]))[0]?.text ?? '';
      expect(texts.at(-1)).toBe('text');
      expect([...texts, now].toSorted()).toEqual(['text', ...Array.from({ length: 12 }, (_, n) => `text ${n}`)].toSorted());
      const entries = (await world.entries(conversationId)).filter(({ type }) => type === 'MessageEdited');
      const [page] = await world.messages.edits([{ ...message, first: 100 }]);
      expect(page?.items.map(({ seq, editedAt }) => ({ seq, editedAt })).toReversed()).toEqual(
        entries.map(({ seq, at }) => ({ seq, editedAt: at })),
      );
    });

    it('are read in pages, last replaced first', async () => {
      const { bob, message } = await said('0');
      for (const text of ['1', '2', '3', '4', '5']) await change(bob, message, text);
      expect(await history(message)).toEqual([['4', '3', '2', '1', '0']]);
      expect(await history(message, 2)).toEqual([['4', '3'], ['2', '1'], ['0']]);
      expect(await history(message, 5)).toEqual([['4', '3', '2', '1', '0']]);
    });

    it('are read for many messages at once, each with its own', async () => {
      const { bob, conversationId, message } = await said('a0');
      const other = await world.say(bob, conversationId, 'b0');
      await change(bob, message, 'a1');
      await change(bob, other, 'b1');
      await change(bob, message, 'a2');
      const never = await world.say(bob, conversationId, 'c0');
      const pages = await world.messages.edits([other, never, message].map(({ seq }) => ({ conversationId, seq, first: 1 })));
      expect(pages.map(({ items, hasNextPage }) => [items.map(({ text }) => text), hasNextPage])).toEqual([
        [['b0'], false],
        [[], false],
        [['a1'], true],
      ]);
    });

    it('are visible to the sender and to the group’s owner and admins', async () => {
      const { ada, bob, cy, conversationId, message } = await said();
      const dan = await world.person();
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [dan.userId] });
      const where = { conversationId_userId: { conversationId, userId: dan.userId } };
      await world.db.transaction((tx) => tx.membership.update({ where, data: { role: 'ADMIN' } }));
      const later = await world.say(bob, conversationId);
      async function may(viewer: Viewer, of: Message): Promise<boolean> {
        const [conversation] = await world.groups.byIds([of.conversationId]);
        if (!conversation) throw new Error('it is there');
        const part = await access(viewer, of.conversationId);
        const [rights = null] = conversation.kind === 'GROUP' ? await world.groups.rights([{ conversation, access: part }]) : [];
        return maySeeEdits(part, of, rights);
      }
      for (const [viewer, ...allowed] of [
        [ada, true, true],
        [bob, true, true],
        [cy, false, false],
        // An admin who joined later may see the message quoted, but not its versions.
        [dan, false, true],
      ] as const) {
        expect([await may(viewer, message), await may(viewer, later)]).toEqual(allowed);
      }
      const direct = await world.direct(ada, bob);
      const between = await world.say(ada, direct);
      expect([await may(ada, between), await may(bob, between)]).toEqual([true, false]);
    });
  });

  describe('an edited message sent again under its clientMessageId', () => {
    it('is found as it is now, and not sent again', async () => {
      const { bob, conversationId } = await said();
      const request = { conversationId, clientMessageId: freshKey(), text: 'helo' };
      const sent = await world.messages.send(bob, request);
      const edited = await change(bob, sent, 'hello');
      const head = (await world.entries(conversationId)).length;
      expect(await world.messages.send(bob, request)).toEqual(edited);
      expect(await refusal(world.messages.send(bob, { ...request, text: 'hello' }))).toEqual({
        code: 'CONFLICT',
        field: ['clientMessageId'],
      });
      expect(await world.entries(conversationId)).toHaveLength(head);
    });
  });
}
