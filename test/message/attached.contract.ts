import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { attachmentKinds } from '../../src/message/index.ts';
import { freshKey, type TalkWorld, talkOn } from '../group/talk-world.ts';
import { type AttachedWorld, attachedOn, files } from './attached-world.ts';

const never = new AbortController().signal;

/** What attachment lists of conversations promise, on any database. */
export function promisesOfAttached(open: () => Promise<Db>): void {
  let world: TalkWorld;
  let gallery: AttachedWorld;
  beforeAll(async () => {
    world = talkOn(await open());
    gallery = attachedOn(world);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function scene() {
    const [ada, bob, cy] = await world.people();
    const group = await world.group(ada, bob);
    return { ada, bob, cy, group };
  }

  describe('the attachment list of a conversation', () => {
    it('has each attachment with its message, newest message first, in the message’s order', async () => {
      const { ada, bob, group } = await scene();
      await gallery.attach(ada, group, 't1', 'p1');
      await world.say(bob, group);
      const second = await gallery.attach(bob, group, 'p2', 's1', 'p3');
      expect(await gallery.listed(bob, group)).toBe('p2+s1+p3 t1+p1');
      const { access, upTo } = await gallery.accessOf(ada, group);
      const { items } = await world.messages.attached(access, { kinds: attachmentKinds, first: 2, upTo });
      expect(items).toEqual([0, 1].map((at) => ({ message: second, attachment: second.attachments[at], place: at + 1 })));
    });

    it('is filtered by kinds: images, videos, audio, and other files', async () => {
      const { ada, group } = await scene();
      await gallery.attach(ada, group, 'p1', 'f1');
      await gallery.attach(ada, group, 's1', 't1', 'x1', 'p2');
      expect(await gallery.listed(ada, group, ['IMAGE'])).toBe('p2 p1');
      expect(await gallery.listed(ada, group, ['VIDEO'])).toBe('f1');
      expect(await gallery.listed(ada, group, ['AUDIO'])).toBe('s1');
      expect(await gallery.listed(ada, group, ['FILE'])).toBe('t1+x1');
      expect(await gallery.listed(ada, group, ['FILE', 'IMAGE'])).toBe('t1+x1+p2 p1');
    });

    it('has pages that may end within a message', async () => {
      const { ada, group } = await scene();
      for (const names of [['p1'], ['t1', 'p2', 'p3', 's1'], ['f1', 'p4']]) await gallery.attach(ada, group, ...names);
      for (const first of [1, 2, 3, 6, 7]) expect(await gallery.listed(ada, group, attachmentKinds, first)).toBe('f1+p4 t1+p2+p3+s1 p1');
      expect(await gallery.listed(ada, group, ['IMAGE'], 1)).toBe('p4 p2+p3 p1');
    });

    it('continues where a page ended, whatever was sent or recalled meanwhile', async () => {
      const { ada, group } = await scene();
      await gallery.attach(ada, group, 'p1');
      const second = await gallery.attach(ada, group, 'p2', 'p3');
      await gallery.attach(ada, group, 'p4');
      const { access, upTo } = await gallery.accessOf(ada, group);
      await gallery.attach(ada, group, 'p5');
      await world.messages.recall(ada, second);
      const page = await world.messages.attached(access, { kinds: ['IMAGE'], first: 5, upTo, after: { seq: second.seq, place: 1 } });
      expect(page).toMatchObject({ items: [{ attachment: { name: 'p1' } }], hasNextPage: false });
      const whole = await world.messages.attached(access, { kinds: ['IMAGE'], first: 5, upTo });
      expect(whole.items.map(({ attachment: { name } }) => name)).toEqual(['p4', 'p1']);
    });

    it('changes with an edit and loses recalled attachments', async () => {
      const { ada, group } = await scene();
      const first = await gallery.attach(ada, group, 'p1', 'p2');
      const second = await gallery.attach(ada, group, 't1');
      await world.messages.edit(ada, { message: first, text: 'else', attachments: files('s1', 'p2') });
      await world.messages.edit(ada, { message: second, text: 'as it was' });
      expect(await gallery.listed(ada, group)).toBe('t1 s1+p2');
      expect(await gallery.listed(ada, group, ['AUDIO'])).toBe('s1');
      await world.messages.edit(ada, { message: first, text: 'nothing', attachments: [] });
      expect(await gallery.listed(ada, group)).toBe('t1');
      await world.messages.recall(ada, second);
      expect(await gallery.listed(ada, group)).toBe('');
      expect(await gallery.entered(group)).toEqual([]);
    });

    it('has the attachments of a forward, which stay when the first message is recalled', async () => {
      const { ada, group } = await scene();
      const first = await gallery.attach(ada, group, 'p1');
      await world.messages.forward(ada, { message: first, conversationId: group, clientMessageId: freshKey() });
      expect(await gallery.listed(ada, group)).toBe('p1 p1');
      await world.messages.recall(ada, first);
      expect(await gallery.listed(ada, group)).toBe('p1');
    });

    it('lacks what the viewer has deleted or cleared for themselves, and others keep it', async () => {
      const { ada, bob, group } = await scene();
      const [first, second] = [await gallery.attach(ada, group, 'p1'), await gallery.attach(ada, group, 'p2', 'p3')];
      await gallery.attach(ada, group, 'p4');
      await world.messages.hide(bob, second);
      expect(await gallery.listed(bob, group, ['IMAGE'], 1)).toBe('p4 p1');
      await world.messages.clear(bob, { conversationId: group, seq: first.seq });
      expect(await gallery.listed(bob, group)).toBe('p4');
      expect(await gallery.listed(ada, group)).toBe('p4 p2+p3 p1');
    });

    it('lacks what is from before the viewer joined or after they left', async () => {
      const { ada, bob, cy, group } = await scene();
      await gallery.attach(ada, group, 'p1');
      await world.groups.addMembers(ada, { groupId: group, userIds: [cy.userId] });
      await gallery.attach(ada, group, 'p2');
      expect(await gallery.listed(cy, group)).toBe('p2');
      const { access, upTo } = await gallery.accessOf(bob, group);
      await world.groups.leave(bob, { groupId: group });
      await gallery.attach(ada, group, 'p3');
      // Nor with a cursor that was never returned.
      for (const after of [undefined, { seq: upTo + 100, place: 1 }]) {
        const left = await world.messages.attached(access, { kinds: attachmentKinds, first: 10, upTo, after });
        expect(left.items.map(({ attachment: { name } }) => name)).toEqual(['p2', 'p1']);
      }
    });

    it('loses what an erased account removes, and what retention removes', async () => {
      const { ada, bob, group } = await scene();
      await gallery.attach(bob, group, 'p1');
      const second = await gallery.attach(ada, group, 'p2', 't2');
      await gallery.attach(ada, group, 'p3');
      await world.messages.removeAll(bob.userId, 'ALL', never);
      expect(await gallery.listed(ada, group)).toBe('p3 p2+t2');
      await gallery.trim(group, second.seq);
      expect(await gallery.listed(ada, group)).toBe('p3');
      expect(await gallery.entered(group)).toEqual(await gallery.toBeEntered(group));
    });

    it('has no row for a message without attachments', async () => {
      const { ada, group } = await scene();
      await world.say(ada, group);
      expect(await gallery.entered(group)).toEqual([]);
    });
  });

  describe('messages from before the attachment list', () => {
    const all = { after: 0n, seq: 0, round: 0 };

    it('are entered by a round, which corrects wrong rows and leaves right ones alone', async () => {
      const { ada, bob, group } = await scene();
      const other = await world.group(bob, ada);
      const first = await gallery.attach(ada, group, 'p1', 't1');
      await gallery.attach(bob, other, 's1');
      const gone = await gallery.attach(ada, group, 'p2');
      const right = await gallery.attach(ada, group, 'p3');
      await gallery.behind((tx) => tx.attachedMessage.deleteMany({ where: { conversationId: other } }));
      await gallery.behind((tx) => tx.attachedMessage.deleteMany({ where: { conversationId: group, seq: first.seq, kind: 1 } }));
      // As a node does that does not know the list.
      await gallery.behind((tx) =>
        tx.message.updateMany({
          where: { conversationId: group, seq: gone.seq },
          data: { attachments: null, recalledAt: new Date() },
        }),
      );
      await world.messages.repairAttachments(all, never);
      expect(await gallery.listed(ada, group, ['IMAGE'])).toBe('p3 p1');
      expect(await gallery.listed(ada, other)).toBe('s1');
      for (const id of [group, other]) expect(await gallery.entered(id)).toEqual(await gallery.toBeEntered(id));
      const logs = await Promise.all([group, other].map((id) => world.entries(id)));
      await world.messages.repairAttachments(all, never);
      expect(await Promise.all([group, other].map((id) => world.entries(id)))).toEqual(logs);
      expect(logs[0]?.at(-1)?.seq).toBe(right.seq);
    });

    it('are entered in several pieces, from the round’s position', async () => {
      const { ada, group } = await scene();
      const sent = await Promise.all(Array.from({ length: 420 }, (_, at) => gallery.attach(ada, group, `p${at}`)));
      await gallery.behind((tx) => tx.attachedMessage.deleteMany({ where: { conversationId: group } }));
      const seqs = sent.map(({ seq }) => seq).toSorted((one, other) => one - other);
      await world.messages.repairAttachments({ after: group, seq: seqs[9] ?? 0, round: 0 }, never);
      expect(await gallery.entered(group)).toEqual(
        seqs
          .slice(10)
          .map((seq) => `${seq}:IMAGE`)
          .toSorted(),
      );
    });

    it('are left to a job at the current position when a turn ends, and the job continues there', async () => {
      const job = () => world.db.client.job.findMany({ where: { kind: 'AttachmentRound' } });
      const { ada, group } = await scene();
      const sent = await Promise.all(Array.from({ length: 210 }, (_, at) => gallery.attach(ada, group, `p${at}`)));
      await gallery.behind((tx) => tx.attachedMessage.deleteMany({ where: { conversationId: group } }));
      const seqs = sent.map(({ seq }) => seq).toSorted((one, other) => one - other);
      let passedMs = 0;
      const clock = performance.now.bind(performance);
      using _ = vi.spyOn(performance, 'now').mockImplementation(() => clock() + passedMs);
      const turn = world.messages.repairAttachments({ after: group, seq: seqs[0] ?? 0, round: 2 }, never);
      passedMs = 60_000;
      await turn;
      expect(await gallery.entered(group)).toHaveLength(200);
      const [left] = await job();
      expect(JSON.parse(left?.data ?? '')).toEqual({ after: String(group), seq: seqs[200], round: 2 });
      expect(left?.dueAt.getTime()).toBeLessThanOrEqual((await world.db.now()).getTime());
      await gallery.behind((tx) => tx.job.deleteMany({ where: { kind: 'AttachmentRound' } }));
      await world.messages.repairAttachments({ after: group, seq: seqs[200] ?? 0, round: 2 }, never);
      expect(await gallery.entered(group)).toHaveLength(209);
      expect(await job()).toEqual([]);
    });

    it('are entered by two rounds at once without undoing concurrent acts or stopping on them', async () => {
      const { ada, bob, group } = await scene();
      const sent = await Promise.all(Array.from({ length: 220 }, (_, at) => gallery.attach(ada, group, `p${at}`, `t${at}`)));
      await gallery.behind((tx) => tx.attachedMessage.deleteMany({ where: { conversationId: group } }));
      const from = { after: group - 1n, seq: 0, round: 9 };
      const other = talkOn(world.db);
      await using _ = other.bus;
      await Promise.all([
        world.messages.repairAttachments(from, never),
        other.messages.repairAttachments(from, never),
        ...sent.slice(0, 30).map((message) => world.messages.recall(ada, message)),
        ...sent
          .slice(190)
          .map((message, at) => other.messages.edit(ada, { message, text: 'else', attachments: files(`s${at}`, `p${at}`) })),
        ...Array.from({ length: 30 }, (_, at) => gallery.attach(bob, group, `f${at}`)),
      ]);
      expect(await gallery.entered(group)).toEqual(await gallery.toBeEntered(group));
      expect(await gallery.entered(group)).toHaveLength(160 * 2 + 30 * 2 + 30);
    });

    it('are checked again after an hour and after a day, for writes of other releases', async () => {
      const job = () => world.db.client.job.findMany({ where: { kind: 'AttachmentRound' } });
      await gallery.behind((tx) => tx.job.deleteMany({ where: { kind: 'AttachmentRound' } }));
      const now = (await world.db.now()).getTime();
      for (const [round, hours] of [1, 24].entries()) {
        await world.messages.repairAttachments({ ...all, round }, never);
        const [left, ...others] = await job();
        expect(others).toEqual([]);
        expect(JSON.parse(left?.data ?? '')).toEqual({ after: '0', seq: 0, round: round + 1 });
        expect(((left?.dueAt.getTime() ?? 0) - now) / 3_600_000).toSatisfy((left: number) => left >= hours && left < hours + 0.5);
      }
      await gallery.behind((tx) => tx.job.deleteMany({ where: { kind: 'AttachmentRound' } }));
      await world.messages.repairAttachments({ ...all, round: 2 }, never);
      expect(await job()).toEqual([]);
    });

    it('are left alone when the worker stops', async () => {
      const ended = world.messages.repairAttachments(all, AbortSignal.abort(new Error('the node ends')));
      await expect(ended).rejects.toThrow('the node ends');
    });
  });
}
