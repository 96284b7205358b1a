import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { parseHint, streamTopic } from '../../src/log/index.ts';
import type { Signal } from '../../src/message/signal.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

/** What signals promise, on any database. */
export function promisesOfSignals(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Collects the signals on the conversation's topic from here on. */
  async function ear(conversationId: bigint) {
    const heard: object[] = [];
    await world.bus.subscribe(streamTopic(conversationId), (text) => {
      const hint = parseHint(conversationId, text);
      if (hint?.kind === 'signal') heard.push(hint);
    });
    return heard;
  }

  const ring = (conversationId: bigint, more: Partial<Signal> = {}): Signal => ({
    ...{ conversationId, name: 'call.ring', data: undefined, recipientIds: undefined },
    ...more,
  });
  const send = (viewer: Viewer, signal: Signal) => world.messages.sendSignal(viewer, signal);
  const notHere = { code: 'NOT_FOUND', field: ['conversationId'] };

  describe('a signal', () => {
    it('is published with its data and the conversation’s head, and not stored', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      const heard = await ear(group);
      await send(ada, ring(group, { data: { sdp: 'v=0\r\n', ü: [null] } }));
      const before = (await world.entries(group)).length;
      expect(heard).toEqual([
        {
          ...{ kind: 'signal', conversationId: group, userId: ada.userId, name: 'call.ring', data: '{"sdp":"v=0\\r\\n","ü":[null]}' },
          ...{ sentAt: expect.any(Date), seq: before, only: null, except: [] },
        },
      ]);
    });

    it('can have recipients, who must be members', async () => {
      const [ada, bob, cy] = await world.people();
      const eve = await world.person();
      const group = await world.group(ada, bob, cy);
      const heard = await ear(group);
      await send(ada, ring(group, { recipientIds: [bob.userId, bob.userId] }));
      await send(ada, ring(group, { recipientIds: [] }));
      expect(heard).toMatchObject([{ only: [bob.userId, bob.userId] }, { only: [] }]);
      expect(await refusal(send(ada, ring(group, { recipientIds: [bob.userId, eve.userId] })))).toEqual({
        ...{ code: 'NOT_FOUND', field: ['recipientIds', '1'] },
      });
      await world.groups.leave(cy, { groupId: group });
      expect(await refusal(send(ada, ring(group, { recipientIds: [cy.userId] })))).toMatchObject({ field: ['recipientIds', '0'] });
      expect(heard).toHaveLength(2);
    });

    it('is for members to whom the conversation is shown', async () => {
      const [ada, bob, cy] = await world.people();
      const left = await world.group(ada, bob);
      await world.groups.leave(bob, { groupId: left });
      const unseen = await world.direct(cy, bob);
      for (const conversationId of [left, unseen, 9_000_000_000n, bob.userId])
        expect(await refusal(send(bob, ring(conversationId)))).toEqual(notHere);
      await world.groups.dissolve(ada, { groupId: left });
      expect(await refusal(send(ada, ring(left)))).toEqual(notHere);
    });

    it('is for members who may post', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      const heard = await ear(group);
      await world.groups.update(ada, { groupId: group, postPolicy: 'ADMINS' });
      expect(await refusal(send(bob, ring(group)))).toEqual({ code: 'FORBIDDEN', field: ['conversationId'] });
      await world.groups.update(ada, { groupId: group, postPolicy: 'EVERYONE' });
      await world.groups.muteMember(ada, { groupId: group, userId: bob.userId, until: new Date(Date.now() + 3_600_000) });
      expect(await refusal(send(bob, ring(group)))).toMatchObject({ code: 'MUTED', field: ['conversationId'] });
      expect(heard).toEqual([]);
      await send(ada, ring(group));
      expect(heard).toHaveLength(1);
    });

    it('is refused to a suspended user with an open socket until the suspension ends', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      const heard = await ear(group);
      const suspendedUntil = (until: number) =>
        world.db.transaction((tx) => tx.user.update({ where: { id: bob.userId }, data: { suspendedUntil: new Date(until) } }));
      await suspendedUntil(Date.now() + 3_600_000);
      expect(await refusal(send(bob, ring(group)))).toMatchObject({ code: 'SUSPENDED' });
      expect(heard).toEqual([]);
      await suspendedUntil(Date.now() - 3_600_000);
      await send(bob, ring(group));
      expect(heard).toHaveLength(1);
    });

    it('reaches oneself in a conversation with oneself', async () => {
      const ada = await world.person();
      const alone = await world.direct(ada, ada);
      const heard = await ear(alone);
      await send(ada, ring(alone));
      expect(heard).toMatchObject([{ userId: ada.userId }]);
    });

    it('of one user is published in the order of the calls, whatever each has to read', async () => {
      const [ada, bob] = await world.people();
      const eve = await world.person();
      const group = await world.group(ada, bob);
      const heard = await ear(group);
      const sent = Array.from({ length: 40 }, (_, n) => {
        const recipientIds = n % 3 === 0 ? Array(50).fill(bob.userId) : n % 7 === 5 ? [eve.userId] : undefined;
        return send(ada, ring(group, { data: { n }, recipientIds }));
      });
      const outcomes = await Promise.allSettled(sent);
      const gone = [...outcomes.keys()].filter((n) => outcomes[n]?.status === 'fulfilled');
      expect(gone.length).toBeLessThan(40);
      expect(heard.map((hint) => JSON.parse((hint as { readonly data: string }).data).n)).toEqual(gone);
    });

    it('is refused for an invalid name or data, and if MAX_SIGNAL_BYTES is 0', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      const refused = async (more: Partial<Signal>) => (await refusal(send(ada, ring(group, more)))) as object;
      for (const name of ['', '1a', 'a b', 'ä', 'a'.repeat(65), 'a\n']) {
        expect(await refused({ name })).toEqual({ code: 'INVALID_INPUT', field: ['name'] });
      }
      expect(await refused({ data: { a: ['\0'] } })).toMatchObject({ code: 'INVALID_INPUT', field: ['data', 'a', '0'] });
      expect(await refused({ data: { a: 'x'.repeat(16_377) } })).toEqual({ code: 'INVALID_INPUT', field: ['data'] });
      expect(await refused({ recipientIds: Array(51).fill(bob.userId) })).toEqual({ code: 'INVALID_INPUT', field: ['recipientIds'] });
      await send(ada, ring(group, { name: 'A.b-c_9', data: { a: 'x'.repeat(16_376) }, recipientIds: Array(50).fill(bob.userId) }));
      const { messages } = world.node({ maxSignalBytes: 0 });
      expect(await refusal(messages.sendSignal(ada, ring(group)))).toMatchObject({ code: 'FORBIDDEN' });
    });

    it('is limited per user and second', async () => {
      const [ada, bob] = await world.people();
      const group = await world.group(ada, bob);
      const { messages } = world.node({ signalsPerSecond: 1 });
      for (let n = 0; n < 10; n += 1) await messages.sendSignal(ada, ring(group));
      await expect(messages.sendSignal(ada, ring(group))).rejects.toMatchObject({
        ...{ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) },
      });
      await messages.sendSignal(bob, ring(group));
    });
  });
}
