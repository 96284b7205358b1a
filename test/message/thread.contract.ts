import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Message, MessageRef } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

/** What threads promise, on any database. */
export function promisesOfThreads(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function answer(
    sender: Viewer,
    threadRoot: MessageRef,
    { key = freshKey(), ...rest }: { readonly key?: string; readonly replyTo?: MessageRef; readonly conversationId?: bigint } = {},
  ): Promise<Message> {
    const { conversationId } = threadRoot;
    return world.messages.send(sender, { conversationId, clientMessageId: key, text: 'in the thread', threadRoot, ...rest });
  }

  async function stored(ref: MessageRef): Promise<Message | null | undefined> {
    return (await world.messages.byRefs([ref]))[0];
  }

  /** The thread as it is numbered: the seqs of its replies in order, and how many the root says there are. */
  async function thread({ conversationId, seq: rootSeq }: MessageRef) {
    const rows = await world.db.client.reply.findMany({ where: { conversationId, rootSeq }, orderBy: { ordinal: 'asc' } });
    expect(rows.map(({ ordinal }) => ordinal)).toEqual(rows.map((_, place) => place + 1));
    const root = await stored({ conversationId, seq: rootSeq });
    return { replies: rows.map(({ seq }) => seq), senders: rows.map(({ senderId }) => senderId), replyCount: root?.replyCount };
  }

  /** Who takes part, and the ordinal up to which they have read. */
  async function parts({ conversationId, seq: rootSeq }: MessageRef): Promise<ReadonlyMap<bigint, number>> {
    const rows = await world.db.client.threadPart.findMany({ where: { conversationId, rootSeq } });
    return new Map(rows.map(({ userId, readOrdinal }) => [userId, readOrdinal]));
  }

  async function seen(viewer: Viewer, root: MessageRef, request: { first: number; after?: number } = { first: 10 }) {
    const access = await world.access(viewer, root.conversationId);
    if (access === null) throw new Error('they are not in it');
    const { items, hasNextPage } = await world.messages.replies(access, root, request);
    return { seqs: items.map(({ message }) => message.seq), ordinals: items.map(({ ordinal }) => ordinal), hasNextPage };
  }

  describe('a reply in a thread', () => {
    it('is a message of the conversation, and numbered in the thread', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      const root = await world.say(ada, conversationId);
      const first = await answer(bob, root);
      await world.say(ada, conversationId);
      const second = await answer(ada, root);
      expect(first).toMatchObject({ threadRootSeq: root.seq, ordinal: root.ordinal + 1, replyToSeq: null, replyCount: 0 });
      expect(second).toMatchObject({ threadRootSeq: root.seq, ordinal: root.ordinal + 3 });
      expect(await stored(second)).toEqual(second);
      expect((await world.entries(conversationId)).at(-1)?.data).toMatchObject({ threadRootSeq: root.seq });
      expect(await thread(root)).toEqual({ replies: [first.seq, second.seq], senders: [bob.userId, ada.userId], replyCount: 2 });
    });

    it('may quote as well, what is in the thread or outside', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.direct(ada, bob);
      const [root, outside] = [await world.say(ada, conversationId), await world.say(ada, conversationId)];
      const inside = await answer(bob, root, { replyTo: outside });
      expect(inside).toMatchObject({ threadRootSeq: root.seq, replyToSeq: outside.seq });
      expect(await answer(ada, root, { replyTo: inside })).toMatchObject({ threadRootSeq: root.seq, replyToSeq: inside.seq });
    });

    it('to a reply stands in the thread of that reply: threads have no threads', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const reply = await answer(bob, root);
      const deeper = await answer(ada, reply);
      expect(deeper).toMatchObject({ threadRootSeq: root.seq });
      expect(await thread(root)).toMatchObject({ replies: [reply.seq, deeper.seq], replyCount: 2 });
      expect(await thread(reply)).toMatchObject({ replies: [], replyCount: 0 });
    });

    it('is refused to what is no message there for the sender', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada);
      const [early, other] = [await world.say(ada, conversationId), await world.say(bob, await world.group(bob, ada))];
      const buried = await answer(ada, early);
      const { group } = await world.groups.addMembers(ada, { groupId: conversationId, userIds: [bob.userId] });
      const joining = { conversationId, seq: group.lastSeq };
      for (const root of [early, buried, other, joining, { conversationId, seq: 99 }, { conversationId: 9_000_000_000n, seq: 1 }]) {
        const outcome = await refusal(answer(bob, root, { conversationId }));
        expect(outcome).toEqual({ code: 'NOT_FOUND', field: ['threadRootId'] });
      }
      expect(await thread(early)).toMatchObject({ replyCount: 1 });
    });

    it('shows its thread to who came later: from then on they may answer there, by its root too', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada);
      const root = await world.say(ada, conversationId);
      const before = await answer(ada, root);
      await world.groups.addMembers(ada, { groupId: conversationId, userIds: [bob.userId] });
      const shown = await answer(ada, root);
      const first = await answer(bob, shown);
      const second = await answer(bob, root);
      expect([first, second]).toMatchObject([{ threadRootSeq: root.seq }, { threadRootSeq: root.seq }]);
      expect(await refusal(answer(bob, before))).toMatchObject({ code: 'NOT_FOUND', field: ['threadRootId'] });
      expect(await seen(bob, root)).toMatchObject({ seqs: [shown.seq, first.seq, second.seq], ordinals: [2, 3, 4] });
      expect(await seen(ada, root)).toMatchObject({ ordinals: [1, 2, 3, 4] });
    });

    it('may stand under what was taken back, and stays where it was when it is taken back itself', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const reply = await answer(bob, root);
      await world.messages.recall(ada, root);
      await world.messages.recall(bob, reply);
      expect(await stored(root)).toMatchObject({ text: '', replyCount: 1 });
      expect(await stored(reply)).toMatchObject({ text: '', threadRootSeq: root.seq });
      const later = await answer(bob, root);
      expect(await thread(root)).toMatchObject({ replies: [reply.seq, later.seq], replyCount: 2 });
    });
  });

  describe('replies that race', () => {
    it('are numbered without a hole, on two nodes', async () => {
      const [ada, bob, cy] = await world.people();
      const conversationId = await world.group(ada, bob, cy);
      const roots = [await world.say(ada, conversationId), await world.say(bob, conversationId)] as const;
      const nodes = [world.messages, world.node().messages] as const;
      const acts = Array.from({ length: 30 }, (_, n) => {
        const threadRoot = n % 5 === 4 ? undefined : roots[n % 2 === 0 ? 0 : 1];
        const sender = [ada, bob, cy][n % 3] ?? ada;
        const request = { conversationId, clientMessageId: freshKey(), text: `no ${n}`, threadRoot };
        return nodes[n % 4 < 2 ? 0 : 1].send(sender, request);
      });
      const sent = await Promise.all(acts);
      for (const root of roots) {
        const own = sent.filter(({ threadRootSeq }) => threadRootSeq === root.seq).toSorted((one, other) => one.seq - other.seq);
        expect(await thread(root)).toEqual({
          replies: own.map(({ seq }) => seq),
          senders: own.map(({ senderId }) => senderId),
          replyCount: 12,
        });
      }
    });

    it('under one clientMessageId are one reply', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const key = freshKey();
      const sent = await Promise.all(Array.from({ length: 8 }, () => answer(bob, root, { key })));
      expect(new Set(sent.map(({ seq }) => seq)).size).toBe(1);
      expect(await thread(root)).toMatchObject({ replyCount: 1 });
    });
  });

  it('is another request under the same clientMessageId in another thread, or in none', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    const [root, other] = [await world.say(ada, conversationId), await world.say(ada, conversationId)];
    const key = freshKey();
    const first = await answer(bob, root, { key });
    expect(await answer(bob, root, { key })).toEqual(first);
    const conflict = { code: 'CONFLICT', field: ['clientMessageId'] };
    expect(await refusal(answer(bob, other, { key }))).toEqual(conflict);
    const alone = world.messages.send(bob, { conversationId, clientMessageId: key, text: 'in the thread' });
    expect(await refusal(alone)).toEqual(conflict);
  });

  it('has those take part who began it and who reply, and a reply reads the thread for who gives it', async () => {
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob, cy);
    const root = await world.say(ada, conversationId);
    await answer(bob, root);
    expect(await parts(root)).toEqual(
      new Map([
        [ada.userId, 0],
        [bob.userId, 1],
      ]),
    );
    await answer(cy, root);
    await answer(bob, root);
    await answer(ada, root);
    await answer(cy, root);
    expect(await parts(root)).toEqual(
      new Map([
        [ada.userId, 4],
        [bob.userId, 3],
        [cy.userId, 5],
      ]),
    );
    const own = await world.say(bob, conversationId);
    await answer(bob, own);
    expect(await parts(own)).toEqual(new Map([[bob.userId, 1]]));
  });

  describe('the list of a thread', () => {
    it('is paged by place in the thread', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const replies: number[] = [];
      for (let n = 0; n < 5; n += 1) {
        await world.say(ada, root.conversationId);
        replies.push((await answer(n % 2 === 0 ? ada : bob, root)).seq);
      }
      expect(await seen(bob, root, { first: 2 })).toEqual({ seqs: replies.slice(0, 2), ordinals: [1, 2], hasNextPage: true });
      expect(await seen(bob, root, { first: 2, after: 2 })).toEqual({ seqs: replies.slice(2, 4), ordinals: [3, 4], hasNextPage: true });
      expect(await seen(bob, root, { first: 2, after: 3 })).toEqual({ seqs: replies.slice(3), ordinals: [4, 5], hasNextPage: false });
      expect(await seen(bob, root, { first: 2, after: 5 })).toEqual({ seqs: [], ordinals: [], hasNextPage: false });
    });

    it('leaves out what a member has hidden or cleared for themselves, and keeps its pages full', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const replies = [await answer(ada, root), await answer(ada, root), await answer(ada, root), await answer(ada, root)] as const;
      await world.messages.hide(bob, replies[1]);
      expect(await seen(bob, root, { first: 2 })).toEqual({ seqs: [replies[0].seq, replies[2].seq], ordinals: [1, 3], hasNextPage: true });
      await world.messages.clear(bob, { conversationId: root.conversationId, seq: replies[0].seq });
      expect(await seen(bob, root)).toMatchObject({ ordinals: [3, 4] });
      expect(await seen(ada, root)).toMatchObject({ ordinals: [1, 2, 3, 4] });
    });
  });
}
