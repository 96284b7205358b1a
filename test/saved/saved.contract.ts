import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { MessageRef } from '../../src/message/index.ts';
import type { SavedMessage } from '../../src/saved/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { age } from '../retention/age.ts';
import { refusal } from '../scheduled/later.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, password, person, say } from '../support/people.ts';

/** What saved messages promise, on any database. */
export function promisesOfSavedMessages(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  beforeAll(async () => {
    db = await open();
    chat = chatOver(db, { MAX_SAVED_MESSAGES: '4' });
  });
  afterAll(async () => {
    await chat[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  async function two() {
    const [ann, ben] = [await person(chat, 'ann'), await person(chat, 'ben')];
    return { ann, ben, group: await groupOf(chat, ann, ben) };
  }

  async function said(by: Viewer, conversationId: bigint, ...texts: readonly string[]): Promise<readonly MessageRef[]> {
    const refs: MessageRef[] = [];
    for (const text of texts) refs.push({ conversationId, seq: await say(chat, by, conversationId, text) });
    return refs;
  }

  /** A group with three messages of Ben, all of which Ann has saved. */
  async function saved() {
    const all = await two();
    const refs = await said(all.ben, all.group, 'one', 'two', 'three');
    for (const message of refs) await chat.saved.save(all.ann, { message });
    const [one, second, three] = refs as readonly [MessageRef, MessageRef, MessageRef];
    return { ...all, one, second, three };
  }

  async function list(viewer: Viewer, conversationId?: bigint): Promise<readonly SavedMessage[]> {
    const { items } = await chat.saved.list(viewer, { first: 100, conversationId });
    return items.map((item) => item.saved);
  }

  async function seqs(viewer: Viewer, conversationId?: bigint): Promise<readonly number[]> {
    return (await list(viewer, conversationId)).map(({ seq }) => seq);
  }

  function told({ userId: streamId }: Viewer): Promise<number> {
    return db.client.entry.count({ where: { streamId, type: 'SavedMessageChanged' } });
  }

  describe('a saved message', () => {
    it('is in the user’s list, last saved first, and in nobody else’s', async () => {
      const { ann, ben, group, one, second, three } = await saved();
      expect(await seqs(ann)).toEqual([three.seq, second.seq, one.seq]);
      expect(await seqs(ann, group)).toEqual([three.seq, second.seq, one.seq]);
      expect(await seqs(ann, await groupOf(chat, ann))).toEqual([]);
      expect(await seqs(ben)).toEqual([]);
      expect((await chat.saved.byRefs(ann, [one, three])).map((row) => row?.seq)).toEqual([one.seq, three.seq]);
      expect(await chat.saved.byRefs(ben, [one, three])).toEqual([null, null]);
      expect([await told(ann), await told(ben)]).toEqual([3, 0]);
    });

    it('is listed in pages, each once, for all conversations or for one', async () => {
      const { ann, ben, group, one, second, three } = await saved();
      const elsewhere = await groupOf(chat, ben, ann);
      const [other] = await said(ben, elsewhere, 'elsewhere');
      await chat.saved.save(ann, { message: other ?? one });
      const first = await chat.saved.list(ann, { first: 2 });
      expect([first.items.map((item) => item.saved.conversationId), first.hasNextPage]).toEqual([[elsewhere, group], true]);
      const rest = await chat.saved.list(ann, { first: 2, after: first.items[1]?.key });
      expect([rest.items.map((item) => item.saved.seq), rest.hasNextPage]).toEqual([[second.seq, one.seq], false]);
      const there = await chat.saved.list(ann, { first: 2, conversationId: group });
      expect([there.items.map((item) => item.saved.seq), there.hasNextPage]).toEqual([[three.seq, second.seq], true]);
      const last = await chat.saved.list(ann, { first: 2, conversationId: group, after: there.items[1]?.key });
      expect([last.items.map((item) => item.saved.seq), last.hasNextPage]).toEqual([[one.seq], false]);
    });

    it('keeps its place when saved again, and takes a new note if there is one', async () => {
      const { ann, one, second, three } = await saved();
      const before = await told(ann);
      await chat.saved.save(ann, { message: one });
      expect(await told(ann)).toBe(before);
      expect(await chat.saved.save(ann, { message: one, note: 'for later' })).toMatchObject({ note: 'for later' });
      expect(await chat.saved.save(ann, { message: one })).toMatchObject({ note: 'for later' });
      expect((await list(ann)).map(({ seq, note }) => [seq, note])).toEqual([
        [three.seq, null],
        [second.seq, null],
        [one.seq, 'for later'],
      ]);
      await chat.saved.save(ann, { message: one, note: ' ' });
      await chat.saved.save(ann, { message: one, note: null });
      expect((await list(ann)).map(({ note }) => note)).toEqual([null, null, null]);
      expect(await told(ann)).toBe(before + 2);
    });

    it('is removed from the list by its user; repeating it has no effect', async () => {
      const { ann, ben, one, second, three } = await saved();
      const before = await told(ann);
      await chat.saved.unsave(ann, second);
      await chat.saved.unsave(ann, second);
      await chat.saved.unsave(ben, one);
      expect(await seqs(ann)).toEqual([three.seq, one.seq]);
      expect([await told(ann), await told(ben)]).toEqual([before + 1, 0]);
    });

    it('is refused for an invalid note, an invisible message and a recalled one', async () => {
      const { ann, ben, group, one } = await saved();
      const [hidden, recalled] = (await said(ben, group, 'hidden', 'recalled')) as readonly [MessageRef, MessageRef];
      await chat.messages.hide(ann, hidden);
      await chat.messages.recall(ben, recalled);
      const elsewhere = await groupOf(chat, ben);
      const [foreign = one] = await said(ben, elsewhere, 'elsewhere');
      expect(await refusal(chat.saved.save(ann, { message: one, note: 'x'.repeat(1_001) }))).toBe('INVALID_INPUT note');
      expect(await refusal(chat.saved.save(ann, { message: one, note: 'nul \0' }))).toBe('INVALID_INPUT note');
      for (const message of [hidden, foreign, { conversationId: group, seq: 999 }, { conversationId: 2n ** 62n, seq: 1 }]) {
        expect(await refusal(chat.saved.save(ann, { message }))).toBe('NOT_FOUND messageId');
        expect(await refusal(chat.saved.unsave(ann, message))).toBe('NOT_FOUND messageId');
      }
      expect(await refusal(chat.saved.save(ann, { message: recalled }))).toBe('INVALID_INPUT messageId');
      expect(await seqs(ann)).toHaveLength(3);
    });

    it('counts toward a limit while it is visible', async () => {
      const { ann, ben, group, one } = await saved();
      const [four = one, five = one] = await said(ben, group, 'four', 'five');
      await chat.saved.save(ann, { message: four });
      expect(await refusal(chat.saved.save(ann, { message: five }))).toBe('LIMIT_REACHED');
      await chat.saved.save(ann, { message: four, note: 'still' });
      await chat.messages.hide(ann, one);
      await chat.saved.save(ann, { message: five });
      expect(await seqs(ann)).toHaveLength(4);
      // Invisible ones are deleted, so that no list steps over more than may be saved.
      expect(await db.client.savedMessage.count({ where: { userId: ann.userId } })).toBe(4);
    });

    it('leaves no more rows than the limit, whatever was saved, cleared and left', async () => {
      const { ann, ben, group, one } = await saved();
      const elsewhere = await groupOf(chat, ben, ann);
      await chat.groups.update(ben, { groupId: elsewhere, history: 'ALL' });
      const [there = one] = await said(ben, elsewhere, 'there');
      await chat.saved.save(ann, { message: there, note: 'then' });
      await chat.groups.leave(ann, { groupId: elsewhere });
      await chat.groups.addMembers(ben, { groupId: elsewhere, userIds: [ann.userId] });
      await chat.messages.clear(ann, { conversationId: group });
      const rows = () => db.client.savedMessage.count({ where: { userId: ann.userId } });
      expect([await seqs(ann), await rows()]).toEqual([[], 4]);
      // One of the invisible ones is saved again, in another membership.
      expect(await chat.saved.save(ann, { message: there })).toMatchObject({ note: null });
      expect([await seqs(ann), await rows()]).toEqual([[there.seq], 1]);
    });

    it('is saved once by concurrent devices', async () => {
      const { ann, ben, group } = await two();
      const [message = { conversationId: group, seq: 0 }] = await said(ben, group, 'one');
      await Promise.all([1, 2, 3].map(() => chat.saved.save(ann, { message })));
      expect([await seqs(ann), await told(ann)]).toEqual([[message.seq], 1]);
    });
  });

  describe('a saved message that is no longer visible', () => {
    it('is not in the list once it is deleted for oneself or cleared', async () => {
      const { ann, one, second, three } = await saved();
      await chat.messages.hide(ann, three);
      expect(await seqs(ann)).toEqual([second.seq, one.seq]);
      await chat.messages.clear(ann, { conversationId: one.conversationId, seq: one.seq });
      expect(await seqs(ann)).toEqual([second.seq]);
      expect(await seqs(ann, one.conversationId)).toEqual([second.seq]);
    });

    it('stays in the list if it was only recalled', async () => {
      const { ann, ben, one, second, three } = await saved();
      await chat.messages.recall(ben, three);
      expect(await seqs(ann)).toEqual([three.seq, second.seq, one.seq]);
      await chat.saved.unsave(ann, three);
      expect(await seqs(ann)).toEqual([second.seq, one.seq]);
    });

    it('is gone for good when the user leaves, whatever they see when they return', async () => {
      const { ann, ben, group, one } = await saved();
      await chat.groups.update(ann, { groupId: group, history: 'ALL' });
      const [mine = one] = await said(ann, group, 'mine');
      await chat.saved.save(ben, { message: mine, note: 'then' });
      await chat.groups.leave(ben, { groupId: group });
      expect(await seqs(ben)).toEqual([]);
      await chat.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
      expect(await seqs(ben)).toEqual([]);
      expect(await chat.saved.save(ben, { message: mine })).toMatchObject({ note: null });
      expect(await seqs(ben)).toEqual([mine.seq]);
    });

    it('is gone when the group is dissolved, before its members are notified', async () => {
      const { ann, ben, group, one } = await saved();
      await chat.saved.save(ben, { message: one });
      await chat.groups.dissolve(ann, { groupId: group });
      expect(await seqs(ben)).toEqual([]);
      expect(await refusal(chat.saved.save(ben, { message: one }))).toBe('NOT_FOUND messageId');
    });

    it('is removed with its note by retention', async () => {
      const { ann, group, one, second, three } = await saved();
      await using keeping = chatOver(db, { HISTORY_DAYS: '30' });
      await age(db, group, { upTo: second.seq, days: 31 });
      await keeping.retention.round({ after: group - 1n }, new AbortController().signal);
      expect(await seqs(ann)).toEqual([three.seq]);
      const kept = await db.client.savedMessage.findMany({ where: { conversationId: one.conversationId } });
      expect(kept.map(({ seq }) => seq)).toEqual([three.seq]);
    });

    it('is deleted with its user’s account', async () => {
      const { ann, one } = await saved();
      await chat.users.erase(ann, { password, messages: 'KEEP', address: '10.0.0.1' });
      await chat.jobs.doDue();
      expect(await db.client.savedMessage.count({ where: { userId: ann.userId } })).toBe(0);
      expect(await refusal(chat.saved.save(ann, { message: one }))).toBe('NOT_FOUND messageId');
    });
  });

  it('saving a message notifies nobody else', async () => {
    const { ann, ben, group } = await two();
    const [message = { conversationId: group, seq: 0 }] = await said(ben, group, 'one');
    const before = await db.client.entry.count({ where: { streamId: { in: [group, ben.userId] } } });
    await chat.saved.save(ann, { message, note: randomUUID() });
    await chat.saved.unsave(ann, message);
    expect(await db.client.entry.count({ where: { streamId: { in: [group, ben.userId] } } })).toBe(before);
  });
}
