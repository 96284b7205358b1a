import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { parseHint, streamTopic } from '../../src/log/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

/** What markers promise, on any database. */
export function promisesOfMarkers(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Runs an act and returns the hints on the streams' topics, without those of entries. */
  async function heard(streams: readonly bigint[], act: () => Promise<unknown>): Promise<readonly unknown[]> {
    const hints: unknown[] = [];
    const stops = await Promise.all(
      streams.map((streamId, topic) =>
        world.bus.subscribe(streamTopic(streamId), (message) => {
          const hint = parseHint(streamId, message);
          if (hint !== null && hint.kind !== 'entry') hints.push({ topic, hint });
        }),
      ),
    );
    await act();
    for (const stop of stops) stop();
    return hints;
  }

  it('markers only rise, and the delivered marker rises with the read marker', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    for (let n = 0; n < 4; n += 1) await world.say(ada, conversationId);
    const marks = async () => {
      const access = await world.access(bob, conversationId);
      return [access?.readSeq, access?.deliveredSeq];
    };
    await world.messages.markDelivered(bob, { conversationId, seq: 4 });
    expect(await marks()).toEqual([0, 4]);
    await world.messages.markRead(bob, { conversationId, seq: 3 });
    expect(await marks()).toEqual([3, 4]);
    await world.messages.markRead(bob, { conversationId, seq: 1 });
    await world.messages.markDelivered(bob, { conversationId, seq: 0 });
    expect(await marks()).toEqual([3, 4]);
    await world.messages.markRead(bob, { conversationId, seq: 6 });
    expect(await marks()).toEqual([6, 6]);
  });

  it('markers end at the highest of a race', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    for (let n = 0; n < 6; n += 1) await world.say(ada, conversationId);
    const seqs = [3, 8, 1, 5, 7, 2, 6, 4];
    await Promise.all(
      seqs.map((seq, n) => (n % 2 === 0 ? world.messages.markDelivered : world.messages.markRead)(bob, { conversationId, seq })),
    );
    expect(await world.access(bob, conversationId)).toMatchObject({ readSeq: 8, deliveredSeq: 8 });
  });

  describe('markers never stop right before a message of their member:', () => {
    /** Sends a message per letter, by Ada (a) or Bob (b), as entries from 3 on. */
    async function talk(script: string) {
      const [ada, bob] = await world.people();
      const conversationId = await world.group(ada, bob);
      for (const letter of script) await world.say(letter === 'a' ? ada : bob, conversationId);
      const marks = async () => {
        const access = await world.access(bob, conversationId);
        return [access?.deliveredSeq, access?.readSeq];
      };
      return { ada, bob, conversationId, marks };
    }

    it.each([
      ['abba', 3, [5, 5]],
      ['abbab', 4, [5, 5]],
      ['abb', 3, [5, 5]],
      ['aabab', 3, [3, 3]],
      ['aabab', 4, [5, 5]],
      ['aabab', 2, [2, 2]],
    ])('with messages of %s, reading up to %d gives the markers %j', async (script, seq, expected) => {
      const { bob, conversationId, marks } = await talk(script);
      await world.messages.markRead(bob, { conversationId, seq });
      expect(await marks()).toEqual(expected);
    });

    it('the delivered marker moves on over the member’s own messages, and unread messages stay unread', async () => {
      const { bob, conversationId, marks } = await talk('aab');
      await world.messages.markDelivered(bob, { conversationId, seq: 4 });
      expect(await marks()).toEqual([5, 0]);
      await world.say(bob, conversationId);
      expect(await marks()).toEqual([6, 0]);
      await world.messages.markRead(bob, { conversationId, seq: 3 });
      expect(await marks()).toEqual([6, 3]);
      await world.messages.markRead(bob, { conversationId, seq: 4 });
      expect(await marks()).toEqual([6, 6]);
    });

    it('two own messages in one commit with another’s between them move the markers to the first', async () => {
      const { ada, bob, conversationId, marks } = await talk('a');
      await world.messages.markRead(bob, { conversationId, seq: 3 });
      await Promise.all([bob, bob, ada, bob].map((sender) => world.say(sender, conversationId)));
      expect(await marks()).toEqual([5, 5]);
    });

    it('of many members who send in one commit only the first, who had read everything, has their markers moved', async () => {
      const members = await Promise.all(Array.from({ length: 20 }, () => world.person()));
      const conversationId = await world.group(...(members as [Viewer, ...Viewer[]]));
      const sent = await Promise.all(members.map((sender) => world.say(sender, conversationId)));
      const [first] = sent.toSorted((one, other) => one.seq - other.seq);
      const marks = await Promise.all(members.map((member) => world.access(member, conversationId)));
      expect(marks.map((access) => [access?.deliveredSeq, access?.readSeq])).toEqual(
        sent.map(({ seq }) => (seq === first?.seq ? [seq, seq] : [0, 0])),
      );
      const head = (await world.log.heads([conversationId])).get(conversationId);
      expect(head).toMatchObject({ lastSeq: Math.max(...sent.map(({ seq }) => seq)), lastOrdinal: 20 });
    });

    it('also if everybody sends and marks at once on two nodes', async () => {
      const people = await world.people();
      const [ada, bob, cy] = people;
      const conversationId = await world.group(ada, bob, cy);
      const nodes = [world.messages, world.node().messages];
      for (let round = 0; round < 15; round += 1) {
        const lastSeq = (await world.log.heads([conversationId])).get(conversationId)?.lastSeq ?? 0;
        await Promise.all(
          people.flatMap((viewer, who) => {
            const [here, there] = (who + round) % 2 === 0 ? nodes : nodes.toReversed();
            const seq = lastSeq - ((who * 5 + round * 3) % 4);
            const mark = (who + round) % 3 === 0 ? here?.markDelivered : here?.markRead;
            const send = { conversationId, text: 'meanwhile', clientMessageId: `${round}` };
            return [mark?.(viewer, { conversationId, seq }), ...((who + round) % 3 === 1 ? [] : [there?.send(viewer, send)])];
          }),
        );
        const sent = (await world.entries(conversationId)).filter(({ type }) => type === 'MessageSent');
        const readBy = new Map<bigint, number>();
        for (const viewer of people) {
          const { deliveredSeq = 0, readSeq = 0 } = (await world.access(viewer, conversationId)) ?? {};
          readBy.set(viewer.userId, readSeq);
          expect(readSeq).toBeLessThanOrEqual(deliveredSeq);
          for (const marker of [deliveredSeq, readSeq]) {
            const next = sent.find(({ seq }) => seq > marker);
            expect(next?.actorId, `round ${round}: after ${marker}`).not.toBe(viewer.userId);
          }
        }
        // So the lowest marker says which messages everybody but their senders has read: those before the first that somebody has not read.
        const missing = sent.find(({ seq, actorId }) => [...readBy].some(([userId, readSeq]) => userId !== actorId && readSeq < seq));
        const [all] = await world.messages.reach([{ id: conversationId, memberCount: people.length }]);
        expect(sent.filter(({ seq }) => seq <= (all?.readByAllSeq ?? 0))).toEqual(
          sent.filter(({ seq }) => seq < (missing?.seq ?? Number.POSITIVE_INFINITY)),
        );
      }
    });
  });

  it.each([-1, 4, 1.5, Number.NaN, 2 ** 40])('a marker cannot be at %d if the log ends at 3', async (seq) => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    await world.say(ada, conversationId);
    for (const mark of [world.messages.markRead, world.messages.markDelivered]) {
      expect(await refusal(mark(bob, { conversationId, seq }))).toEqual({ code: 'INVALID_INPUT', field: ['seq'] });
    }
  });

  it('markers are for members to whom the conversation is shown', async () => {
    const [ada, bob, cy] = await world.people();
    const left = await world.group(ada, bob);
    await world.groups.leave(bob, { groupId: left });
    const unseen = await world.direct(cy, bob);
    for (const conversationId of [left, unseen, 9_000_000_000n, bob.userId]) {
      expect(await refusal(world.messages.markRead(bob, { conversationId, seq: 0 }))).toEqual({
        code: 'NOT_FOUND',
        field: ['conversationId'],
      });
    }
  });

  it('a moved marker notifies members by a receipt, and a read marker also the member’s own devices', async () => {
    const [ada, bob] = await world.people();
    const conversationId = await world.group(ada, bob);
    await world.say(ada, conversationId);
    const streams = [conversationId, bob.userId];
    const receipt = { topic: 0, hint: { kind: 'receipt', conversationId, userId: bob.userId, ownOnly: false, othersOnly: false } };
    const markers = (count: number) => ({ topic: 1, hint: { kind: 'markers', conversationId, count } });
    expect(await heard(streams, () => world.messages.markDelivered(bob, { conversationId, seq: 2 }))).toEqual([receipt]);
    expect(await heard(streams, () => world.messages.markRead(bob, { conversationId, seq: 2 }))).toEqual([receipt, markers(1)]);
    expect(await heard(streams, () => world.messages.markRead(bob, { conversationId, seq: 3 }))).toEqual([receipt, markers(2)]);
    expect(await heard(streams, () => world.messages.markRead(bob, { conversationId, seq: 3 }))).toEqual([]);
    expect(await heard(streams, () => world.messages.markDelivered(bob, { conversationId, seq: 1 }))).toEqual([]);
  });
}
