import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Draft, NewDraft } from '../../src/draft/draft.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal } from '../scheduled/later.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, password, person, say } from '../support/people.ts';

// By the devices' clocks: only their order matters, whatever the time is.
const base = Date.now() - 3_600_000;
const at = (seconds: number): Date => new Date(base + 1_000 * seconds);

/** What drafts promise, on any database. */
export function promisesOfDrafts(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  beforeAll(async () => {
    db = await open();
    chat = chatOver(db, { DRAFT_TELL_MS: '60000', MAX_DRAFTS: '3', MAX_DATA_BYTES: '60', MAX_MESSAGE_LENGTH: '20' });
  });
  afterAll(async () => {
    await chat[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  async function two() {
    const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
    return { ann, ben, group: await groupOf(chat, ann, ben) };
  }

  function save(viewer: Viewer, conversationId: bigint, text: string, seconds: number, more: Partial<NewDraft> = {}) {
    return chat.drafts.save(viewer, { conversationId, text, writtenAt: at(seconds), ...more });
  }

  async function drafts(viewer: Viewer): Promise<readonly Draft[]> {
    const { items } = await chat.drafts.list(viewer, { first: 100 });
    return items.map(({ draft }) => draft);
  }

  async function texts(viewer: Viewer): Promise<readonly string[]> {
    return (await drafts(viewer)).map(({ text }) => text);
  }

  function told({ userId: streamId }: Viewer): Promise<number> {
    return db.client.entry.count({ where: { streamId, type: 'DraftChanged' } });
  }

  function jobs({ userId }: Viewer): Promise<number> {
    return db.client.job.count({ where: { kind: 'DraftUntold', key: { startsWith: `${userId}:` } } });
  }

  /** Moves the time at which devices are notified into the past, and does the job. */
  async function tellingComes(viewer: Viewer): Promise<void> {
    const past = new Date(Date.now() - 1_000);
    await db.transaction((tx) =>
      tx.job.updateMany({ where: { kind: 'DraftUntold', key: { startsWith: `${viewer.userId}:` } }, data: { dueAt: past } }),
    );
    await chat.jobs.doDue();
  }

  function send(viewer: Viewer, conversationId: bigint, text: string, seconds: number, clientMessageId: string = randomUUID()) {
    const ending = chat.drafts.ending(viewer, { conversationId, writtenAt: at(seconds) });
    return chat.messages.send(viewer, { conversationId, clientMessageId, text }, ending);
  }

  describe('a draft', () => {
    it('is kept to the letter with its quote and custom data, and only its author sees it', async () => {
      const { ann, ben, group } = await two();
      const seq = await say(chat, ben, group, 'a question');
      const more = { replyTo: { conversationId: group, seq }, data: { mentions: ['ben'] } };
      const { draft, writtenAt } = await save(ann, group, ' hel', 1, more);
      expect(writtenAt).toEqual(at(1));
      expect(draft).toMatchObject({ conversationId: group, threadRootSeq: 0, text: ' hel', replyToSeq: seq, data: '{"mentions":["ben"]}' });
      expect(await drafts(ann)).toEqual([draft]);
      expect(await chat.drafts.byPlaces(ann, [{ conversationId: group, threadRootSeq: 0 }])).toEqual([draft]);
      expect(await drafts(ben)).toEqual([]);
      expect(await chat.drafts.byPlaces(ben, [{ conversationId: group, threadRootSeq: 0 }])).toEqual([null]);
    });

    it('exists once per conversation and once per thread, whichever message of the thread is named; the last saved comes first', async () => {
      const { ann, ben, group } = await two();
      const seq = await say(chat, ben, group, 'root');
      const threadRoot = { conversationId: group, seq };
      const reply = await chat.messages.send(ben, { conversationId: group, clientMessageId: randomUUID(), text: 'reply', threadRoot });
      await save(ann, group, 'there', 1);
      await save(ann, group, 'in the thread', 1, { threadRoot });
      expect(await texts(ann)).toEqual(['in the thread', 'there']);
      await save(ann, group, 'still there', 2);
      await save(ann, group, 'still in the thread', 2, { threadRoot: { conversationId: group, seq: reply.seq } });
      const [first, second] = await drafts(ann);
      expect([first, second]).toMatchObject([
        { text: 'still in the thread', threadRootSeq: seq },
        { text: 'still there', threadRootSeq: 0 },
      ]);
    });

    it('is listed in pages, each draft once', async () => {
      const { ann, ben, group } = await two();
      await save(ann, group, 'one', 1);
      await save(ann, await groupOf(chat, ann, ben), 'two', 1);
      await save(ann, await groupOf(chat, ann, ben), 'three', 1);
      const first = await chat.drafts.list(ann, { first: 2 });
      expect([first.items.map(({ draft }) => draft.text), first.hasNextPage]).toEqual([['three', 'two'], true]);
      const rest = await chat.drafts.list(ann, { first: 2, after: first.items[1]?.key });
      expect([rest.items.map(({ draft }) => draft.text), rest.hasNextPage]).toEqual([['one'], false]);
    });

    it('is refused if it could not be sent as a message, refers to what does not exist, or is empty', async () => {
      const { ann, ben, group } = await two();
      const elsewhere = await groupOf(chat, ben);
      const seq = await say(chat, ben, elsewhere, 'elsewhere');
      const foreign = { conversationId: elsewhere, seq };
      expect(await refusal(save(ann, group, 'x'.repeat(21), 1))).toBe('INVALID_INPUT text');
      expect(await refusal(save(ann, group, 'nul \0', 1))).toBe('INVALID_INPUT text');
      expect(await refusal(save(ann, group, ' \n', 1))).toBe('INVALID_INPUT text');
      expect(await refusal(save(ann, group, 'a', 1, { data: { a: 'x'.repeat(60) } }))).toBe('INVALID_INPUT data');
      expect(await refusal(save(ann, group, 'a', 1, { replyTo: foreign }))).toBe('NOT_FOUND replyToId');
      expect(await refusal(save(ann, group, 'a', 1, { threadRoot: foreign }))).toBe('NOT_FOUND threadRootId');
      expect(await refusal(save(ann, elsewhere, 'a', 1))).toBe('NOT_FOUND conversationId');
      expect(await refusal(save(ann, 2n ** 62n, 'a', 1))).toBe('NOT_FOUND conversationId');
      expect(await refusal(chat.drafts.remove(ann, { conversationId: elsewhere, writtenAt: at(1) }))).toBe('NOT_FOUND conversationId');
      const inThread = { conversationId: group, threadRoot: foreign, writtenAt: at(1) };
      expect(await refusal(chat.drafts.remove(ann, inThread))).toBe('NOT_FOUND threadRootId');
      expect(await db.client.draft.count({ where: { userId: ann.userId } })).toBe(0);
    });

    it('can be a reply without text', async () => {
      const { ann, ben, group } = await two();
      const replyTo = { conversationId: group, seq: await say(chat, ben, group, 'a question') };
      await save(ann, group, '', 1, { replyTo });
      expect(await drafts(ann)).toMatchObject([{ text: '', replyToSeq: replyTo.seq }]);
    });

    it('is refused if it was written more than a day from now, which would block others for as long', async () => {
      const { ann, group } = await two();
      const tooFar = 3_600 + 86_400 + 60;
      expect(await refusal(save(ann, group, 'a', tooFar))).toBe('INVALID_INPUT writtenAt');
      expect(await refusal(chat.drafts.remove(ann, { conversationId: group, writtenAt: at(tooFar) }))).toBe('INVALID_INPUT writtenAt');
    });

    it('ends with a message whose clock is more than a day ahead, and the message is sent', async () => {
      const { ann, group } = await two();
      await save(ann, group, 'a', 3_600 + 86_300);
      await send(ann, group, 'a', 3_600 + 3 * 86_400);
      expect(await texts(ann)).toEqual([]);
      const { writtenAt } = await save(ann, group, 'late', 3_600 + 86_300);
      expect(writtenAt.getTime()).toBeLessThanOrEqual(Date.now() + 86_400_000);
      expect(await texts(ann)).toEqual([]);
    });

    it('counts toward a limit, except in conversations that the author has left', async () => {
      const { ann, ben, group } = await two();
      const groups = [group, await groupOf(chat, ben, ann), await groupOf(chat, ben, ann), await groupOf(chat, ben, ann)];
      for (const id of groups.slice(0, 3)) await save(ann, id, 'a', 1);
      const [, left = 0n, , fourth = 0n] = groups;
      expect(await refusal(save(ann, fourth, 'a', 1))).toBe('LIMIT_REACHED');
      await save(ann, group, 'more of it', 2);
      await chat.groups.leave(ann, { groupId: left });
      await save(ann, fourth, 'a', 1);
      expect(await texts(ann)).toHaveLength(3);
      // The draft of the left conversation is deleted, so that no list steps over more than may be kept.
      expect(await db.client.draft.count({ where: { userId: ann.userId } })).toBe(3);
    });
  });

  describe('a draft that two devices write', () => {
    it('is the version that was written last, in whichever order it arrives', async () => {
      const { ann, group } = await two();
      await save(ann, group, 'second', 2);
      expect(await save(ann, group, 'first', 1)).toMatchObject({ draft: { text: 'second' }, writtenAt: at(2) });
      expect(await save(ann, group, 'at the same time', 2)).toMatchObject({ draft: { text: 'second' } });
      expect(await save(ann, group, 'third', 3)).toMatchObject({ draft: { text: 'third' }, writtenAt: at(3) });
      expect(await texts(ann)).toEqual(['third']);
    });

    it('is not restored by a version written before its removal, even if nothing had arrived before that', async () => {
      const { ann, group } = await two();
      expect(await chat.drafts.remove(ann, { conversationId: group, writtenAt: at(2) })).toEqual({ draft: null, writtenAt: at(2) });
      expect(await save(ann, group, 'on its way', 1)).toEqual({ draft: null, writtenAt: at(2) });
      await save(ann, group, 'anew', 3);
      await chat.drafts.remove(ann, { conversationId: group, writtenAt: at(4) });
      await save(ann, group, 'late', 4);
      expect(await texts(ann)).toEqual([]);
    });

    it('leaves a bounded number of rows after its end, those that ended last', async () => {
      const { ann, ben, group } = await two();
      const { userId } = ann;
      const row = { userId, conversationId: group, text: '', joinedSeq: 0 };
      // As if they had removed one for each of many messages, a second apart.
      const ended = (from: number, upTo: number) =>
        Array.from({ length: upTo - from }, (_, n) => ({ ...row, threadRootSeq: 100 + from + n, writtenAt: at(from + n) }));
      await db.transaction((tx) => tx.draft.createMany({ data: ended(0, 1_999) }));
      const rows = () => db.client.draft.count({ where: { userId } });
      const threadRoot = { conversationId: group, seq: await say(chat, ben, group, 'root') };
      await chat.drafts.remove(ann, { conversationId: group, threadRoot, writtenAt: at(3_000) });
      expect(await rows()).toBe(2_000);
      await chat.drafts.remove(ann, { conversationId: group, writtenAt: at(3_001) });
      expect(await rows()).toBe(1_001);
      expect(await save(ann, group, 'late', 2_999, { threadRoot })).toEqual({ draft: null, writtenAt: at(3_000) });
      expect((await db.client.draft.aggregate({ where: { userId }, _min: { writtenAt: true } }))._min).toEqual({ writtenAt: at(1_000) });
      await db.transaction((tx) => tx.draft.createMany({ data: ended(0, 1_000) }));
      await save(ann, await groupOf(chat, ann), 'another', 1);
      expect([await rows(), await texts(ann)]).toEqual([1_001, ['another']]);
    });

    it('stays if an older removal arrives', async () => {
      const { ann, group } = await two();
      await save(ann, group, 'newer', 2);
      expect(await chat.drafts.remove(ann, { conversationId: group, writtenAt: at(1) })).toMatchObject({ draft: { text: 'newer' } });
      expect(await texts(ann)).toEqual(['newer']);
    });

    it('is the latest of several versions that arrive at once', async () => {
      const { ann, group } = await two();
      await Promise.all([2, 5, 1, 4, 3].map((seconds) => save(ann, group, String(seconds), seconds)));
      expect(await texts(ann)).toEqual(['5']);
    });
  });

  describe('a draft that is sent', () => {
    it('ends with its message, and a late save does not restore it', async () => {
      const { ann, group } = await two();
      await save(ann, group, 'hel', 1);
      await send(ann, group, 'hello', 3);
      await save(ann, group, 'hell', 2);
      expect(await texts(ann)).toEqual([]);
      expect(await jobs(ann)).toBe(0);
    });

    it('stays if the message is refused', async () => {
      const { ann, ben, group } = await two();
      await save(ben, group, 'hel', 1);
      await chat.groups.update(ann, { groupId: group, postPolicy: 'ADMINS' });
      expect(await refusal(send(ben, group, 'hello', 2))).toBe('FORBIDDEN conversationId');
      expect(await texts(ben)).toEqual(['hel']);
      expect(await told(ben)).toBe(0);
    });

    it('ends with a scheduled message too, and stays if that is refused', async () => {
      const { ann, ben, group } = await two();
      await save(ann, group, 'hel', 1);
      await save(ben, group, 'goodb', 1);
      const request = { conversationId: group, clientMessageId: randomUUID(), text: 'hello', sendAt: new Date(Date.now() + 3_600_000) };
      function leave(viewer: Viewer) {
        return chat.scheduled.schedule(viewer, request, chat.drafts.ending(viewer, { conversationId: group, writtenAt: at(3) }));
      }
      const left = await leave(ann);
      await save(ann, group, 'hell', 2);
      expect([await texts(ann), await jobs(ann)]).toEqual([[], 0]);
      // A later draft is not the one that was sent, so a retried request leaves it.
      await save(ann, group, 'And then', 4);
      expect(await leave(ann)).toEqual(left);
      expect(await texts(ann)).toEqual(['And then']);
      await chat.groups.update(ann, { groupId: group, postPolicy: 'ADMINS' });
      expect(await refusal(leave(ben))).toBe('FORBIDDEN conversationId');
      expect(await texts(ben)).toEqual(['goodb']);
    });

    it('ends also if a retried request finds the scheduled message, or the message sent from it', async () => {
      const { ann, group } = await two();
      const request = { conversationId: group, clientMessageId: randomUUID(), text: 'hello', sendAt: new Date(Date.now() + 3_600_000) };
      const { scheduled } = await chat.scheduled.schedule(ann, request);
      async function again(seconds: number): Promise<void> {
        await save(ann, group, 'hel', seconds - 1);
        expect(await texts(ann)).toEqual(['hel']);
        await chat.scheduled.schedule(ann, request, chat.drafts.ending(ann, { conversationId: group, writtenAt: at(seconds) }));
        expect(await texts(ann)).toEqual([]);
      }
      await again(2);
      await chat.scheduled.sendNow(ann, scheduled?.id ?? '');
      await again(4);
    });

    it('is the one in the message’s thread, and drafts elsewhere stay', async () => {
      const { ann, ben, group } = await two();
      const threadRoot = { conversationId: group, seq: await say(chat, ben, group, 'root') };
      await save(ann, group, 'elsewhere', 1);
      await save(ann, group, 'in the thread', 1, { threadRoot });
      const request = { conversationId: group, clientMessageId: randomUUID(), text: 'a reply', threadRoot };
      const { seq } = await chat.messages.send(
        ann,
        request,
        chat.drafts.ending(ann, { conversationId: group, threadRoot, writtenAt: at(2) }),
      );
      expect(await texts(ann)).toEqual(['elsewhere']);
      await save(ann, group, 'another', 3, { threadRoot });
      // A reply names the same thread.
      const named = { conversationId: group, seq };
      const ending = chat.drafts.ending(ann, { conversationId: group, threadRoot: named, writtenAt: at(4) });
      await chat.messages.send(ann, { ...request, clientMessageId: randomUUID(), threadRoot: named }, ending);
      expect(await texts(ann)).toEqual(['elsewhere']);
    });

    it('is not a later draft, which a retried request leaves', async () => {
      const { ann, group } = await two();
      await save(ann, group, 'hel', 1);
      const key = randomUUID();
      const first = await send(ann, group, 'hello', 2, key);
      await save(ann, group, 'and', 3);
      expect(await send(ann, group, 'hello', 2, key)).toMatchObject({ seq: first.seq });
      expect(await texts(ann)).toEqual(['and']);
      expect(await refusal(send(ann, group, 'something else', 2, key))).toBe('CONFLICT clientMessageId');
    });
  });

  describe('the devices of the author', () => {
    it('are notified some time later, once for all saves by then, and again for later saves', async () => {
      const { ann, ben, group } = await two();
      for (const seconds of [1, 2, 3]) await save(ann, group, `text ${seconds}`, seconds);
      await chat.jobs.doDue();
      expect([await told(ann), await jobs(ann)]).toEqual([0, 1]);
      await tellingComes(ann);
      expect([await told(ann), await jobs(ann)]).toEqual([1, 0]);
      await save(ann, group, 'more', 4);
      await tellingComes(ann);
      await tellingComes(ann);
      expect([await told(ann), await told(ben), await jobs(ann)]).toEqual([2, 0, 0]);
    });

    it('are notified of a save that arrived during a notification', async () => {
      const { ann, group } = await two();
      await save(ann, group, 'one', 1);
      // One worker has notified, and its job is not finished yet.
      await chat.drafts.tell({ userId: ann.userId, conversationId: group, threadRootSeq: 0 });
      await save(ann, group, 'two', 2);
      await tellingComes(ann);
      expect([await told(ann), await jobs(ann)]).toEqual([2, 0]);
    });

    it('are notified by another job after one was given up', async () => {
      const { ann, group } = await two();
      await save(ann, group, 'one', 1);
      const { userId } = ann;
      await db.transaction(async (tx) => {
        await tx.job.updateMany({ where: { kind: 'DraftUntold', key: { startsWith: `${userId}:` } }, data: { state: 'DEAD' } });
        await tx.draft.updateMany({ where: { userId }, data: { tellAt: new Date(Date.now() - 120_000) } });
      });
      await save(ann, group, 'two', 2);
      await tellingComes(ann);
      expect(await told(ann)).toBe(1);
    });

    it('are notified in the order in which drafts began to wait, which is not the order of the list', async () => {
      const { ann, ben, group } = await two();
      const elsewhere = await groupOf(chat, ann, ben);
      await save(ann, group, 'here', 1);
      await save(ann, elsewhere, 'elsewhere', 1);
      // Two saves in the same millisecond would have no order.
      await db.transaction((tx) =>
        tx.draft.updateMany({ where: { conversationId: elsewhere }, data: { savedAt: new Date(Date.now() - 1_000) } }),
      );
      await save(ann, group, 'here again', 2);
      await tellingComes(ann);
      const entries = await db.client.entry.findMany({ where: { streamId: ann.userId, type: 'DraftChanged' }, orderBy: { seq: 'asc' } });
      const told = entries.map(({ data }) => data);
      expect(told).toEqual([expect.stringContaining(String(group)), expect.stringContaining(String(elsewhere))]);
      expect(await texts(ann)).toEqual(['here again', 'elsewhere']);
    });

    it('are notified at once of a removal, and not of a draft that is gone by then', async () => {
      const { ann, group } = await two();
      await save(ann, group, 'one', 1);
      await chat.drafts.remove(ann, { conversationId: group, writtenAt: at(2) });
      await chat.drafts.remove(ann, { conversationId: group, writtenAt: at(3) });
      expect([await told(ann), await jobs(ann)]).toEqual([1, 0]);
      await chat.drafts.tell({ userId: ann.userId, conversationId: group, threadRootSeq: 0 });
      await save(ann, group, 'late', 1);
      expect([await told(ann), await jobs(ann)]).toEqual([1, 0]);
    });

    it('are notified of each save if DRAFT_TELL_MS is 0', async () => {
      const { ann, group } = await two();
      await using eager = chatOver(db, { DRAFT_TELL_MS: '0' });
      await save(ann, group, 'one', 1);
      for (const seconds of [2, 3]) await eager.drafts.save(ann, { conversationId: group, text: 'more', writtenAt: at(seconds) });
      expect([await told(ann), await jobs(ann)]).toEqual([2, 0]);
    });
  });

  describe('the draft of a conversation', () => {
    it('is deleted for good when its author leaves', async () => {
      const { ann, ben, group } = await two();
      await save(ben, group, 'unsaid', 1);
      await chat.groups.leave(ben, { groupId: group });
      expect(await texts(ben)).toEqual([]);
      expect(await refusal(save(ben, group, 'still', 2))).toBe('NOT_FOUND conversationId');
      await chat.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
      expect(await texts(ben)).toEqual([]);
      expect(await save(ben, group, 'late', 1)).toEqual({ draft: null, writtenAt: at(1) });
      await save(ben, group, 'anew', 3);
      expect(await texts(ben)).toEqual(['anew']);
    });

    it('is gone when the group is dissolved, before its members are notified', async () => {
      const { ann, ben, group } = await two();
      await save(ben, group, 'unsaid', 1);
      await chat.groups.dissolve(ann, { groupId: group });
      expect(await texts(ben)).toEqual([]);
      expect(await refusal(save(ben, group, 'still', 2))).toBe('NOT_FOUND conversationId');
    });

    it('can be removed once its thread is no longer visible to the author', async () => {
      const { ann, ben, group } = await two();
      const threadRoot = { conversationId: group, seq: await say(chat, ben, group, 'root') };
      await save(ann, group, 'in the thread', 1, { threadRoot });
      await chat.messages.clear(ann, { conversationId: group });
      await db.transaction((tx) =>
        tx.membership.updateMany({ where: { conversationId: group, userId: ann.userId }, data: { fromSeq: threadRoot.seq + 1 } }),
      );
      await chat.drafts.remove(ann, { conversationId: group, threadRoot, writtenAt: at(2) });
      expect(await texts(ann)).toEqual([]);
    });

    it('is deleted with its author’s account, and so is its notification job', async () => {
      const { ann, group } = await two();
      await save(ann, group, 'unsaid', 1);
      await chat.users.erase(ann, { password, messages: 'KEEP', address: '10.0.0.1' });
      await chat.jobs.doDue();
      expect(await db.client.draft.count({ where: { userId: ann.userId } })).toBe(0);
      expect(await jobs(ann)).toBe(0);
      expect(await refusal(save(ann, group, 'more', 2))).toBe('NOT_FOUND');
    });
  });
}
