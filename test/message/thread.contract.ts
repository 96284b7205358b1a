import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { Message, MessageRef } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { countingOn, freshKey, refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

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

  /** The stored replies of a thread, and the root's reply count. */
  async function thread({ conversationId, seq: rootSeq }: MessageRef) {
    const rows = await world.db.client.reply.findMany({ where: { conversationId, rootSeq }, orderBy: { seq: 'asc' } });
    const root = await stored({ conversationId, seq: rootSeq });
    return { replies: rows.map(({ seq }) => seq), senders: rows.map(({ senderId }) => senderId), replyCount: root?.replyCount };
  }

  /** The participants, and the seq up to which each has read. */
  async function parts({ conversationId, seq: rootSeq }: MessageRef): Promise<ReadonlyMap<bigint, number>> {
    const rows = await world.db.client.threadPart.findMany({ where: { conversationId, rootSeq } });
    return new Map(rows.map(({ userId, readSeq }) => [userId, readSeq]));
  }

  async function seen(viewer: Viewer, root: MessageRef, request: { first: number; after?: number } = { first: 10 }) {
    const access = await world.access(viewer, root.conversationId);
    if (access === null) throw new Error('they are not in it');
    const { items, hasNextPage } = await world.messages.replies(access, root, request);
    return { seqs: items.map(({ seq }) => seq), hasNextPage };
  }

  describe('a reply in a thread', () => {
    it('is a message of the conversation like any other', async () => {
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

    it('can also quote a message inside or outside the thread', async () => {
      const [ada, bob] = await world.people();
      const conversationId = await world.direct(ada, bob);
      const [root, outside] = [await world.say(ada, conversationId), await world.say(ada, conversationId)];
      const inside = await answer(bob, root, { replyTo: outside });
      expect(inside).toMatchObject({ threadRootSeq: root.seq, replyToSeq: outside.seq });
      expect(await answer(ada, root, { replyTo: inside })).toMatchObject({ threadRootSeq: root.seq, replyToSeq: inside.seq });
    });

    it('to a reply belongs to the thread of that reply: threads are not nested', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const reply = await answer(bob, root);
      const deeper = await answer(ada, reply);
      expect(deeper).toMatchObject({ threadRootSeq: root.seq });
      expect(await thread(root)).toMatchObject({ replies: [reply.seq, deeper.seq], replyCount: 2 });
      expect(await thread(reply)).toMatchObject({ replies: [], replyCount: 0 });
    });

    it('is refused for what is not a visible message there', async () => {
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

    it('shows its thread to a new member, who can then reply there, also by its root', async () => {
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
      const since = [shown.seq, first.seq, second.seq];
      expect(await seen(bob, root)).toMatchObject({ seqs: since });
      expect(await seen(ada, root)).toMatchObject({ seqs: [before.seq, ...since] });
    });

    it('can follow a recalled root, and stays in place when recalled itself', async () => {
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

  describe('concurrent replies', () => {
    it('are all counted, on two nodes', async () => {
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

  it('the same clientMessageId in another thread, or in none, is a conflict', async () => {
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

  it('the participants of a thread are its author, then repliers by their first reply, up to the requested number', async () => {
    const [ada, bob, cy] = await world.people();
    const [eve, dan] = [await world.person(), await world.person()];
    const conversationId = await world.group(dan, ada, bob, cy, eve);
    const [root, quiet, other] = [
      await world.say(bob, conversationId),
      await world.say(ada, conversationId),
      await world.say(cy, conversationId),
    ];
    for (const sender of [dan, ada, dan, bob, eve, ada]) await answer(sender, root);
    await answer(cy, other);
    const shown = async (...first: readonly number[]) =>
      await world.messages.threadParticipants([
        ...first.map((count) => ({ conversationId, seq: root.seq, first: count })),
        { conversationId, seq: quiet.seq, first: 5 },
        { conversationId, seq: other.seq, first: 5 },
      ]);
    const everybody = [bob, dan, ada, eve].map(({ userId }) => userId);
    expect(await shown(10, 3, 1)).toEqual([everybody, everybody.slice(0, 3), everybody.slice(0, 1), [], [cy.userId]]);
    const [said] = (await world.messages.replies(await given(dan, conversationId), root, { first: 1 })).items;
    if (said === undefined) throw new Error('nobody has replied');
    await world.messages.recall(dan, said);
    await world.groups.leave(ada, { groupId: conversationId });
    expect((await shown(10))[0]).toEqual(everybody);
  });

  async function given(viewer: Viewer, conversationId: bigint) {
    const access = await world.access(viewer, conversationId);
    if (access === null) throw new Error('they are not in it');
    return access;
  }

  it('a participant whom an earlier release entered is last, and gets a place by their next reply', async () => {
    const [ada, bob, cy] = await world.people();
    const [dan, eve] = [await world.person(), await world.person()];
    const root = await world.say(ada, await world.group(ada, bob, cy, dan, eve));
    await answer(bob, root);
    const { conversationId, seq: rootSeq } = root;
    await world.db.transaction((tx) => tx.threadPart.create({ data: { conversationId, rootSeq, userId: cy.userId, readSeq: 1 } }));
    await answer(eve, root);
    const shown = () => world.messages.threadParticipants([{ conversationId, seq: rootSeq, first: 10 }]);
    expect(await shown()).toEqual([[ada, bob, eve, cy].map(({ userId }) => userId)]);
    for (const sender of [cy, dan, eve]) await answer(sender, root);
    expect(await shown()).toEqual([[ada, bob, eve, cy, dan].map(({ userId }) => userId)]);
    const rows = await world.db.client.threadPart.findMany({ where: { conversationId, rootSeq }, select: { sinceSeq: true } });
    expect(Math.max(...rows.map(({ sinceSeq }) => sinceSeq))).toBeLessThan(100);
  });

  it('the author of the root and repliers participate, and a reply moves its sender’s read position', async () => {
    const [ada, bob, cy] = await world.people();
    const conversationId = await world.group(ada, bob, cy);
    const root = await world.say(ada, conversationId);
    const first = await answer(bob, root);
    expect(await parts(root)).toEqual(
      new Map([
        [ada.userId, 0],
        [bob.userId, first.seq],
      ]),
    );
    await answer(cy, root);
    const [second, third, last] = [await answer(bob, root), await answer(ada, root), await answer(cy, root)];
    expect(await parts(root)).toEqual(
      new Map([
        [ada.userId, third.seq],
        [bob.userId, second.seq],
        [cy.userId, last.seq],
      ]),
    );
    const own = await world.say(bob, conversationId);
    const { seq } = await answer(bob, own);
    expect(await parts(own)).toEqual(new Map([[bob.userId, seq]]));
  });

  describe('the list of replies', () => {
    it('has pages in the order of sending', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const replies: number[] = [];
      for (let n = 0; n < 5; n += 1) {
        await world.say(ada, root.conversationId);
        replies.push((await answer(n % 2 === 0 ? ada : bob, root)).seq);
      }
      const pageAfter = (place: number) => seen(bob, root, { first: 2, after: replies[place] ?? 0 });
      expect(await seen(bob, root, { first: 2 })).toEqual({ seqs: replies.slice(0, 2), hasNextPage: true });
      expect(await pageAfter(1)).toEqual({ seqs: replies.slice(2, 4), hasNextPage: true });
      expect(await pageAfter(2)).toEqual({ seqs: replies.slice(3), hasNextPage: false });
      expect(await pageAfter(4)).toEqual({ seqs: [], hasNextPage: false });
    });

    it('lacks what the viewer has deleted or cleared for themselves, with full pages', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const said = [await answer(ada, root), await answer(ada, root), await answer(ada, root), await answer(ada, root)] as const;
      const [one, two, three, four] = said.map(({ seq }) => seq);
      await world.messages.hide(bob, said[1]);
      expect(await seen(bob, root, { first: 2 })).toEqual({ seqs: [one, three], hasNextPage: true });
      await world.messages.clear(bob, { conversationId: root.conversationId, seq: said[0].seq });
      expect(await seen(bob, root)).toEqual({ seqs: [three, four], hasNextPage: false });
      expect(await seen(ada, root)).toEqual({ seqs: [one, two, three, four], hasNextPage: false });
    });

    it('is found by as many statements, however many replies the viewer does not see', async () => {
      const [ada, bob, cy] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      for (let n = 0; n < 20; n += 1) await answer(ada, root);
      await world.groups.addMembers(ada, { groupId: root.conversationId, userIds: [cy.userId] });
      const unseen = await answer(ada, root);
      await world.messages.hide(cy, unseen);
      const { seq } = await answer(ada, root);
      const access = await world.access(cy, root.conversationId);
      if (access === null) throw new Error('cy is in it');
      const { messages, statements } = countingOn(world);
      const { items } = await messages.replies(access, root, { first: 1 });
      expect(items.map((reply) => reply.seq)).toEqual([seq]);
      // The place of each reply, and the messages there.
      expect(statements()).toBe(2);
    });

    it('goes on past replies that are trimmed while it is read', async () => {
      const [ada, bob] = await world.people();
      const root = await world.say(ada, await world.group(ada, bob));
      const [one, two, three, four] = [await answer(ada, root), await answer(ada, root), await answer(ada, root), await answer(ada, root)];
      // As a page sees it whose first read was before they were trimmed: their messages are gone.
      await world.db.transaction((tx) =>
        tx.message.deleteMany({ where: { conversationId: root.conversationId, seq: { in: [one.seq, two.seq] } } }),
      );
      const access = await world.access(bob, root.conversationId);
      if (access === null) throw new Error('bob is in it');
      const { items, hasNextPage } = await world.messages.replies(access, root, { first: 1 });
      expect([items.map(({ seq }) => seq), hasNextPage]).toEqual([[three.seq], true]);
      const both = await world.messages.replies(access, root, { first: 3 });
      expect([both.items.map(({ seq }) => seq), both.hasNextPage]).toEqual([[three.seq], true]);
      const rest = await world.messages.replies(access, root, { first: 3, after: three.seq });
      expect([rest.items.map(({ seq }) => seq), rest.hasNextPage]).toEqual([[four.seq], false]);
    });
  });
}
