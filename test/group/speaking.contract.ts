import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from './talk-world.ts';

const hourMs = 3_600_000;

/** What mutes, slow mode and the post policy promise, on any database. */
export function promisesOfSpeaking(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob, an admin, and Cy: their joins are entries 1 to 3, Bob's role entry 4. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    const group = await world.group(ada, bob, cy);
    await world.groups.setRole(ada, { groupId: group, userId: bob.userId, role: 'ADMIN' });
    return { ada, bob, cy, group };
  }

  const inMs = async (ms: number) => new Date((await world.db.now()).getTime() + ms);

  const mute = (by: Viewer, groupId: bigint, { userId }: Viewer, until: Date | null) =>
    world.groups.muteMember(by, { groupId, userId, until });

  /** The refusal of a message, with the time until it can be sent. */
  async function silence(act: Promise<unknown>): Promise<Pick<ChatError, 'code' | 'field' | 'retryAfterMs'>> {
    const error: unknown = await act.then(
      () => new Error('it was said'),
      (reason: unknown) => reason,
    );
    if (!(error instanceof ChatError)) throw error;
    return { code: error.code, field: error.field, retryAfterMs: error.retryAfterMs };
  }

  describe('a muted member', () => {
    it('cannot send until the given time, and the mute is logged', async () => {
      const { ada, cy, group } = await scene();
      const until = await inMs(hourMs);
      expect(await mute(ada, group, cy, until)).toMatchObject({ userId: cy.userId, mutedUntil: until });
      expect((await world.entries(group)).at(-1)).toMatchObject({
        ...{ seq: 5, type: 'MemberChanged', actorId: ada.userId },
        data: { userId: cy.userId, fields: ['mutedUntil'] },
      });
      const refused = await silence(world.say(cy, group));
      expect(refused).toMatchObject({ code: 'MUTED', field: ['conversationId'] });
      expect(refused.retryAfterMs).toBeGreaterThan(hourMs - 60_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(hourMs);
      expect(await world.entries(group)).toHaveLength(5);
    });

    it('can send again once the time has passed', async () => {
      const { ada, cy, group } = await scene();
      // Longer than a busy machine takes to commit.
      await mute(ada, group, cy, await inMs(1_500));
      await expect
        .poll(
          () =>
            world.say(cy, group).then(
              () => 'said',
              () => 'refused',
            ),
          { interval: 5 },
        )
        .toBe('said');
    });

    it('can send again once the mute is lifted', async () => {
      const { ada, bob, cy, group } = await scene();
      await mute(ada, group, cy, await inMs(hourMs));
      expect(await mute(bob, group, cy, null)).toMatchObject({ mutedUntil: null });
      await world.say(cy, group);
    });

    it('cannot edit or forward, and gets the earlier message on a retry', async () => {
      const { ada, cy, group } = await scene();
      const request = { conversationId: group, clientMessageId: freshKey(), text: 'before' };
      const said = await world.messages.send(cy, request);
      await mute(ada, group, cy, await inMs(hourMs));
      expect(await silence(world.messages.edit(cy, { message: said, text: 'after' }))).toMatchObject({
        code: 'MUTED',
        field: ['messageId'],
      });
      const forward = { message: said, conversationId: group, clientMessageId: freshKey() };
      expect(await silence(world.messages.forward(cy, forward))).toMatchObject({ code: 'MUTED', field: ['conversationId'] });
      // A change that changes nothing is not a message.
      expect(await world.messages.edit(cy, { message: said, text: 'before' })).toEqual(said);
      expect(await world.messages.send(cy, request)).toEqual(said);
    });

    it('can still react, recall and leave', async () => {
      const { ada, cy, group } = await scene();
      const said = await world.say(cy, group);
      await mute(ada, group, cy, await inMs(hourMs));
      await world.messages.addReaction(cy, { message: said, emoji: '👍' });
      await world.messages.recall(cy, said);
      await world.groups.leave(cy, { groupId: group });
    });

    it('stays muted after leaving and joining again, until somebody lifts the mute', async () => {
      const { ada, bob, cy, group } = await scene();
      const until = await inMs(hourMs);
      await mute(ada, group, cy, until);
      const { code } = await world.joining.createInvite(ada, { groupId: group });
      await world.groups.leave(cy, { groupId: group });
      await world.joining.join(cy, { code });
      expect(await world.access(cy, group)).toMatchObject({ role: 'MEMBER', mutedUntil: until });
      expect(await silence(world.say(cy, group))).toMatchObject({ code: 'MUTED' });
      await world.groups.removeMember(bob, { groupId: group, userId: cy.userId });
      await world.groups.addMembers(bob, { groupId: group, userIds: [cy.userId] });
      expect(await silence(world.say(cy, group))).toMatchObject({ code: 'MUTED' });
      await mute(bob, group, cy, null);
      await world.say(cy, group);
    });

    it('muted again until the same time makes one entry', async () => {
      const { ada, cy, group } = await scene();
      const until = await inMs(hourMs);
      for (let time = 0; time < 2; time += 1) await mute(ada, group, cy, until);
      await mute(ada, group, cy, null);
      await mute(ada, group, cy, null);
      expect(await world.entries(group)).toHaveLength(6);
    });

    it('can be muted only by a member of a higher role', async () => {
      const { ada, bob, cy, group } = await scene();
      const until = await inMs(hourMs);
      const forbidden = { code: 'FORBIDDEN', field: undefined };
      expect(await refusal(mute(cy, group, ada, until))).toEqual(forbidden);
      expect(await refusal(mute(bob, group, ada, until))).toEqual(forbidden);
      expect(await refusal(mute(bob, group, bob, until))).toEqual(forbidden);
      expect(await refusal(mute(ada, group, ada, until))).toEqual(forbidden);
      await mute(ada, group, bob, until);
      expect(await silence(world.say(bob, group))).toMatchObject({ code: 'MUTED' });
      // Nor can a muted admin unmute themselves.
      expect(await refusal(mute(bob, group, bob, null))).toEqual(forbidden);
      const eve = await world.person();
      expect(await refusal(mute(ada, group, eve, until))).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
      expect(await refusal(mute(eve, group, cy, until))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });

    it('cannot be muted until a time in the past', async () => {
      const { ada, cy, group } = await scene();
      const past = { code: 'INVALID_INPUT', field: ['until'] };
      expect(await refusal(mute(ada, group, cy, await inMs(-1)))).toEqual(past);
      expect(await refusal(mute(ada, group, cy, new Date(0)))).toEqual(past);
    });

    it('who is muted for ever gets the longest retryAfterMs that an Int can hold', async () => {
      const { ada, cy, group } = await scene();
      await mute(ada, group, cy, new Date('9999-12-31T23:59:59.999Z'));
      expect(await silence(world.say(cy, group))).toMatchObject({ code: 'MUTED', retryAfterMs: 2_147_483_647 });
    });
  });

  describe('a group in which everyone is muted', () => {
    it('accepts messages of its owner and admins only, until the time or an earlier end', async () => {
      const { ada, bob, cy, group } = await scene();
      const mutedUntil = await inMs(hourMs);
      expect(await world.groups.update(bob, { groupId: group, mutedUntil })).toMatchObject({ mutedUntil });
      expect((await world.entries(group)).at(-1)).toMatchObject({ type: 'GroupChanged', data: { fields: ['mutedUntil'] } });
      await world.say(ada, group);
      await world.say(bob, group);
      expect(await silence(world.say(cy, group))).toMatchObject({ code: 'MUTED', field: ['conversationId'] });
      expect(await world.groups.update(bob, { groupId: group, mutedUntil })).toMatchObject({ lastSeq: 7 });
      expect(await world.groups.update(ada, { groupId: group, mutedUntil: null })).toMatchObject({ mutedUntil: null });
      await world.say(cy, group);
    });

    it('cannot be muted until a time in the past, and nothing else changes with that request', async () => {
      const { ada, group } = await scene();
      const change = { groupId: group, name: 'Quiet', mutedUntil: await inMs(-1) };
      expect(await refusal(world.groups.update(ada, change))).toEqual({ code: 'INVALID_INPUT', field: ['mutedUntil'] });
      expect(await world.groups.byIds([group])).toMatchObject([{ name: 'The group', mutedUntil: null }]);
    });
  });

  describe('the post policy', () => {
    it('decides at commit who may send and edit', async () => {
      const { ada, bob, cy, group } = await scene();
      const said = await world.say(cy, group);
      await world.groups.update(bob, { groupId: group, postPolicy: 'ADMINS' });
      expect(await refusal(world.say(cy, group))).toEqual({ code: 'FORBIDDEN', field: ['conversationId'] });
      expect(await refusal(world.messages.edit(cy, { message: said, text: 'other' }))).toEqual({ code: 'FORBIDDEN', field: ['messageId'] });
      await world.say(bob, group);
      await world.groups.update(ada, { groupId: group, postPolicy: 'OWNER' });
      expect(await refusal(world.say(bob, group))).toEqual({ code: 'FORBIDDEN', field: ['conversationId'] });
      await world.say(ada, group);
      expect(await refusal(world.groups.update(bob, { groupId: group, postPolicy: 'EVERYONE' }))).toEqual({
        code: 'FORBIDDEN',
        field: ['postPolicy'],
      });
    });
  });

  describe('slow mode', () => {
    async function slow(seconds = 3_600) {
      const people = await scene();
      await world.groups.update(people.ada, { groupId: people.group, slowModeSeconds: seconds });
      return people;
    }

    it('makes each member wait after their last message, but not the owner and admins', async () => {
      const { ada, bob, cy, group } = await slow();
      const dan = await world.person();
      await world.groups.addMembers(ada, { groupId: group, userIds: [dan.userId] });
      await world.say(cy, group);
      await world.say(dan, group);
      for (const person of [ada, ada, bob, bob]) await world.say(person, group);
      const refused = await silence(world.say(cy, group));
      expect(refused).toMatchObject({ code: 'RATE_LIMITED', field: ['conversationId'] });
      expect(refused.retryAfterMs).toBeGreaterThan(hourMs - 60_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(hourMs);
    });

    it('counts messages from before it began, and recalled ones', async () => {
      const { ada, cy, group } = await scene();
      const said = await world.say(cy, group);
      await world.messages.recall(cy, said);
      await world.groups.update(ada, { groupId: group, slowModeSeconds: 3_600 });
      expect(await silence(world.say(cy, group))).toMatchObject({ code: 'RATE_LIMITED' });
      expect(await world.groups.update(ada, { groupId: group, slowModeSeconds: null })).toMatchObject({ slowModeSeconds: 0 });
      await world.say(cy, group);
    });

    it('lets a member send again after its number of seconds', async () => {
      const { cy, group } = await slow(1);
      const first = await world.say(cy, group);
      await expect
        .poll(
          () =>
            world.say(cy, group).then(
              ({ sentAt }) => sentAt.getTime(),
              () => 0,
            ),
          { interval: 50 },
        )
        .toBeGreaterThan(0);
      const second = (await world.entries(group)).at(-1);
      expect((second?.at.getTime() ?? 0) - first.sentAt.getTime()).toBeGreaterThanOrEqual(1_000);
    });

    it('accepts one of many concurrent messages per sender', async () => {
      const { ada, cy, group } = await slow();
      const dan = await world.person();
      await world.groups.addMembers(ada, { groupId: group, userIds: [dan.userId] });
      const sends = [cy, dan, cy, dan, cy, dan, cy, dan].map((person) => world.say(person, group));
      const settled = await Promise.allSettled(sends);
      const said = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.senderId] : []));
      expect(said.toSorted()).toEqual([cy.userId, dan.userId].toSorted());
    });

    it('does not count a retry or an edit', async () => {
      const { cy, group } = await slow();
      const request = { conversationId: group, clientMessageId: freshKey(), text: 'once' };
      const said = await world.messages.send(cy, request);
      expect(await world.messages.send(cy, request)).toEqual(said);
      expect(await world.messages.edit(cy, { message: said, text: 'corrected' })).toMatchObject({ text: 'corrected' });
    });

    it('applies to each group by itself, and to forwards', async () => {
      const { ada, cy, group } = await slow();
      const other = await world.group(ada, cy);
      const said = await world.say(cy, group);
      await world.say(cy, other);
      const forward = { message: said, conversationId: group, clientMessageId: freshKey() };
      expect(await silence(world.messages.forward(cy, forward))).toMatchObject({ code: 'RATE_LIMITED' });
    });

    it.each([-1, 86_401, 0.5, Number.NaN])('cannot be %d seconds', async (slowModeSeconds) => {
      const { ada, group } = await scene();
      expect(await refusal(world.groups.update(ada, { groupId: group, slowModeSeconds }))).toEqual({
        code: 'INVALID_INPUT',
        field: ['slowModeSeconds'],
      });
    });

    it('can be up to a day', async () => {
      const { ada, group } = await scene();
      expect(await world.groups.update(ada, { groupId: group, slowModeSeconds: 86_400 })).toMatchObject({ slowModeSeconds: 86_400 });
      expect((await world.entries(group)).at(-1)).toMatchObject({ data: { fields: ['slowModeSeconds'] } });
    });
  });
}
