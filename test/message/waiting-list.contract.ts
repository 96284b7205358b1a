import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import type { Db } from '../../src/db/index.ts';
import { createMessages, type Message, type MessageRef } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

/** What the lists of threads and mentions promise beyond what the logs give (./expected-lists.ts), on any database. */
export function promisesOfWaitingLists(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function answer(sender: Viewer, threadRoot: MessageRef): Promise<Message> {
    return world.messages.send(sender, {
      conversationId: threadRoot.conversationId,
      clientMessageId: freshKey(),
      text: 'said',
      threadRoot,
    });
  }

  async function listed(viewer: Viewer, unread?: boolean) {
    const { items } = await world.messages.threads(viewer, { first: 10, unread });
    return items.map(({ root, lastReply }) => [root.seq, lastReply.seq]);
  }

  async function mentioning(viewer: Viewer, conversationId: bigint, unread?: boolean): Promise<readonly number[]> {
    const [[conversation], access] = await Promise.all([world.groups.byIds([conversationId]), world.access(viewer, conversationId)]);
    if (!conversation || access === null) throw new Error('no member');
    const { items } = await world.messages.mentioning({ conversation, access }, { first: 10, unread });
    return items.map(({ message }) => message.seq);
  }

  it('the list of read mentions ends where the conversation was read, even if the viewer has read further since', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    const mention = () => world.messages.send(ada, { conversationId, clientMessageId: freshKey(), text: 'Bob?', mentionIds: [bob.userId] });
    const first = await mention();
    const [conversation] = await world.groups.byIds([conversationId]);
    const { seq } = await mention();
    await world.messages.markRead(bob, { conversationId, seq });
    const access = await world.access(bob, conversationId);
    if (!conversation || access === null) throw new Error('no member');
    const { items } = await world.messages.mentioning({ conversation, access }, { first: 10, unread: false });
    expect(items.map(({ message }) => message.seq)).toEqual([first.seq]);
  });

  describe('a thread in the list', () => {
    it('keeps its last reply after a recall, and falls back to the one before after a deletion for oneself', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const [first, second] = [await answer(bob, root), await answer(bob, root)];
      await world.messages.recall(bob, second);
      expect([await listed(ada), await listed(ada, true)]).toEqual(Array(2).fill([[root.seq, second.seq]]));
      await world.messages.hide(ada, second);
      expect([await listed(ada), await listed(bob)]).toEqual([[[root.seq, first.seq]], [[root.seq, second.seq]]]);
      await world.messages.hide(ada, first);
      expect([await listed(ada), await listed(ada, true), await listed(ada, false)]).toEqual([[], [], []]);
      const third = await answer(bob, root);
      expect(await listed(ada)).toEqual([[root.seq, third.seq]]);
    });

    it('is gone with a cleared conversation until the next reply', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const root = await world.say(ada, conversationId);
      await answer(bob, root);
      await world.messages.clear(ada, { conversationId });
      expect(await listed(ada)).toEqual([]);
      const { seq } = await answer(bob, root);
      expect(await listed(ada, true)).toEqual([[root.seq, seq]]);
    });

    it('is there for a former member who returns and sees a reply, and is unread only from then on', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada, bob);
      const root = await world.say(ada, groupId);
      const back = async (history: 'ALL' | 'JOINING') => {
        await world.groups.leave(bob, { groupId });
        await world.groups.update(ada, { groupId, history });
        await world.groups.addMembers(ada, { groupId, userIds: [bob.userId] });
      };
      await answer(bob, root);
      const { seq } = await answer(ada, root);
      await back('JOINING');
      expect(await listed(bob)).toEqual([]);
      await back('ALL');
      expect([await listed(bob), await listed(bob, true)]).toEqual([[[root.seq, seq]], []]);
      const next = await answer(ada, root);
      expect(await listed(bob, true)).toEqual([[root.seq, next.seq]]);
    });

    it('is listed once across pages if all last replies have the same time', async () => {
      const [ada, bob] = await world.people();
      const ids = [await world.group(ada, bob), await world.group(ada, bob)];
      const roots: Message[] = [];
      for (const id of [...ids, ...ids]) roots.push(await world.say(ada, id));
      await Promise.all(roots.map((root) => answer(bob, root)));
      await world.db.transaction((tx) =>
        tx.message.updateMany({ where: { conversationId: { in: ids }, threadRootSeq: { not: null } }, data: { sentAt: new Date() } }),
      );
      const found: MessageRef[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const { items, hasNextPage } = await world.messages.threads(ada, { first: 1, after });
        found.push(...items.map(({ root }) => root));
        after = items[0]?.key;
        more = hasNextPage;
      }
      const all = roots.map(({ conversationId, seq }) => ({ conversationId, seq }));
      expect(found).toHaveLength(4);
      expect(found).toEqual(expect.arrayContaining(all));
    });

    it('is gone at once with a dissolved group', async () => {
      const [ada, bob] = await world.people();
      const groupId = await world.group(ada, bob);
      await answer(ada, await world.say(bob, groupId));
      await world.groups.dissolve(ada, { groupId });
      expect(await listed(bob)).toEqual([]);
    });

    it('is not older than the lastSeq of its conversation, whatever is sent during the read', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const { seq } = await answer(bob, root);
      const { db, log, bus, key } = world;
      const groups = {
        ...world.groups,
        async byIds(ids: readonly bigint[]) {
          await answer(bob, root);
          return world.groups.byIds(ids);
        },
      };
      await using messages = createMessages({ db, log, groups, bus, keys: [key], config: readConfig({}) });
      const { items } = await messages.threads(ada, { first: 1 });
      expect(items).toMatchObject([{ lastReply: { seq }, conversation: { lastSeq: seq, lastOrdinal: 2 } }]);
      expect(await listed(ada)).toEqual([[root.seq, seq + 1]]);
    });

    it('has no empty page with more to come, if the conversations of all on it are dissolved while it is read', async () => {
      const [ada, bob] = await world.people();
      const [older, newer] = [await world.say(ada, await world.group(ada, bob)), await world.say(ada, await world.group(ada, bob))];
      for (const root of [older, newer]) await answer(bob, root);
      const { db, log, bus, key } = world;
      let dissolving: Promise<unknown> | undefined;
      const groups = {
        ...world.groups,
        async byIds(ids: readonly bigint[]) {
          dissolving ??= world.groups.dissolve(ada, { groupId: newer.conversationId });
          await dissolving;
          return world.groups.byIds(ids);
        },
      };
      await using messages = createMessages({ db, log, groups, bus, keys: [key], config: readConfig({}) });
      const { items } = await messages.threads(ada, { first: 1 });
      expect(items.map(({ root }) => root.conversationId)).toEqual([older.conversationId]);
    });

    it('is read with one page per viewer at a time: some calls wait, more are refused, other viewers are not delayed', async () => {
      const [ada, bob] = await world.people();
      await answer(ada, await world.say(bob, await world.group(ada, bob)));
      const asked = Array.from({ length: 20 }, () => world.messages.threads(ada, { first: 1 }));
      const others = world.messages.threads(bob, { first: 1 });
      const settled = await Promise.allSettled(asked);
      const answered = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.items.length] : []));
      expect(answered).toEqual(Array(17).fill(1));
      expect(settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))).toEqual(
        Array(3).fill(expect.objectContaining({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) })),
      );
      expect((await others).items).toHaveLength(1);
      expect(await listed(ada)).toHaveLength(1);
    });

    it('rejects a cursor that is not a place in the list', async () => {
      const ada = await world.person();
      for (const after of ['', '1:2', 'x:1:1', '1:1:1:1']) {
        expect(await refusal(world.messages.threads(ada, { first: 1, after }))).toEqual({ code: 'BAD_USER_INPUT', field: ['after'] });
      }
    });
  });

  it('a message stays in a list of mentions that was read before a later mention of the viewer', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    const { seq } = await world.messages.send(ada, { conversationId, clientMessageId: freshKey(), text: 'said', mentionIds: [bob.userId] });
    const [[conversation], access] = await Promise.all([world.groups.byIds([conversationId]), world.access(bob, conversationId)]);
    if (!conversation || access === null) throw new Error('no member');
    await world.messages.edit(ada, { message: { conversationId, seq }, text: 'changed', mentionsEveryone: true });
    const { items } = await world.messages.mentioning({ conversation, access }, { first: 10 });
    expect(items).toMatchObject([{ message: { seq }, seq }]);
  });

  it('a message is in the list of mentions once, at its last mention of the viewer', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    const call = (how: object) => world.messages.send(ada, { conversationId, clientMessageId: freshKey(), text: 'said', ...how });
    const [first, second] = [await call({ mentionIds: [bob.userId] }), await call({ mentionsEveryone: true })];
    expect(await mentioning(bob, conversationId)).toEqual([second.seq, first.seq]);
    await world.messages.edit(ada, { message: first, text: 'all of you', mentionIds: [bob.userId], mentionsEveryone: true });
    expect(await mentioning(bob, conversationId)).toEqual([first.seq, second.seq]);
    await world.messages.edit(ada, { message: second, text: 'you', mentionIds: [bob.userId], mentionsEveryone: true });
    expect(await mentioning(bob, conversationId)).toEqual([second.seq, first.seq]);
    await world.messages.markRead(bob, { conversationId, seq: second.seq + 1 });
    expect([await mentioning(bob, conversationId, true), await mentioning(bob, conversationId, false)]).toEqual([
      [second.seq],
      [first.seq],
    ]);
    await world.messages.recall(ada, second);
    expect(await mentioning(bob, conversationId)).toEqual([first.seq]);
  });

  it('a message that the viewer cannot see is in no list of mentions, even if an edit mentions them', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada);
    const message = await world.say(ada, conversationId);
    await world.groups.addMembers(ada, { groupId: conversationId, userIds: [bob.userId] });
    await world.messages.edit(ada, { message, text: 'bob', mentionIds: [bob.userId], mentionsEveryone: true });
    expect([await mentioning(bob, conversationId), await mentioning(bob, conversationId, true)]).toEqual([[], []]);
  });

  it('a page of mentions goes on past messages that are trimmed while it is read', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    const call = () => world.messages.send(ada, { conversationId, clientMessageId: freshKey(), text: 'Bob?', mentionIds: [bob.userId] });
    const [one, two, three] = [await call(), await call(), await call()];
    // As a page sees it whose first read was before they were trimmed: their messages are gone.
    await world.db.transaction((tx) => tx.message.deleteMany({ where: { conversationId, seq: { in: [two.seq, three.seq] } } }));
    const [[conversation], access] = await Promise.all([world.groups.byIds([conversationId]), world.access(bob, conversationId)]);
    if (!conversation || access === null) throw new Error('no member');
    const { items, hasNextPage } = await world.messages.mentioning({ conversation, access }, { first: 1 });
    expect([items.map(({ message }) => message.seq), hasNextPage]).toEqual([[one.seq], false]);
  });

  it('lists of mentions are read for several conversations at once, each with its own', async () => {
    const [ada, bob] = await world.people();
    const ids = [await world.group(ada, bob), await world.group(ada, bob), await world.direct(ada, bob)];
    const said = await Promise.all(
      ids.map((conversationId) =>
        world.messages.send(ada, {
          conversationId,
          clientMessageId: freshKey(),
          text: 'said',
          mentionIds: [bob.userId],
          mentionsEveryone: true,
        }),
      ),
    );
    const conversations = (await world.groups.byIds(ids)).flatMap((found) => found ?? []);
    const lists = await Promise.all(
      conversations.map(async (conversation) => {
        const access = await world.access(bob, conversation.id);
        if (access === null) throw new Error('no member');
        return world.messages.mentioning({ conversation, access }, { first: 5, unread: true });
      }),
    );
    expect(lists).toEqual(said.map((message) => ({ items: [{ message, seq: message.seq }], hasNextPage: false })));
  });

  describe('the filter of conversations with something unread', () => {
    it('is computed for one list of a user at a time: too many concurrent calls are refused, and other users are not affected', async () => {
      const [ada, bob] = await world.people();
      const of = (viewer: Viewer) => world.messages.waiting(viewer, { unread: true })[0]?.([]);
      const [hers, his] = [Array.from({ length: 40 }, () => of(ada)), of(bob)];
      const answers = await Promise.allSettled(hers);
      expect(await his).toEqual([]);
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(33);
      expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
      expect(await of(ada)).toEqual([]);
    });
  });
}
