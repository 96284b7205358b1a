import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { ChatError } from '../../src/errors.ts';
import type { Viewer } from '../../src/user/index.ts';
import { freshKey, refusal, type TalkWorld, talkOn } from './talk-world.ts';

const hourMs = 3_600_000;

/** What mutes, slow mode and the policy of writing promise, on any database. */
export function promisesOfSpeaking(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob, who is an admin, and Cy: their joining is entries 1 to 3, his role 4. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    const group = await world.group(ada, bob, cy);
    await world.groups.setRole(ada, { groupId: group, userId: bob.userId, role: 'ADMIN' });
    return { ada, bob, cy, group };
  }

  const inMs = async (ms: number) => new Date((await world.db.now()).getTime() + ms);

  const mute = (by: Viewer, groupId: bigint, { userId }: Viewer, until: Date | null) =>
    world.groups.muteMember(by, { groupId, userId, until });

  /** What somebody who writes is refused with, and for how long. */
  async function silence(act: Promise<unknown>): Promise<Pick<ChatError, 'code' | 'field' | 'retryAfterMs'>> {
    const error: unknown = await act.then(
      () => new Error('it was said'),
      (reason: unknown) => reason,
    );
    if (!(error instanceof ChatError)) throw error;
    return { code: error.code, field: error.field, retryAfterMs: error.retryAfterMs };
  }

  describe('a member who is muted', () => {
    it('does not write until then, and all are told', async () => {
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

    it('writes again once it has passed', async () => {
      const { ada, cy, group } = await scene();
      // Later than a busy machine commits.
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

    it('writes again once they are let', async () => {
      const { ada, bob, cy, group } = await scene();
      await mute(ada, group, cy, await inMs(hourMs));
      expect(await mute(bob, group, cy, null)).toMatchObject({ mutedUntil: null });
      await world.say(cy, group);
    });

    it('does not speak by editing, nor by sending on, and gets what they sent before', async () => {
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
      // What changes nothing says nothing.
      expect(await world.messages.edit(cy, { message: said, text: 'before' })).toEqual(said);
      expect(await world.messages.send(cy, request)).toEqual(said);
    });

    it('reacts, reads, takes back and leaves as before', async () => {
      const { ada, cy, group } = await scene();
      const said = await world.say(cy, group);
      await mute(ada, group, cy, await inMs(hourMs));
      await world.messages.addReaction(cy, { message: said, emoji: '👍' });
      await world.messages.recall(cy, said);
      await world.groups.leave(cy, { groupId: group });
    });

    it('again until the same moment is one entry', async () => {
      const { ada, cy, group } = await scene();
      const until = await inMs(hourMs);
      for (let time = 0; time < 2; time += 1) await mute(ada, group, cy, until);
      await mute(ada, group, cy, null);
      await mute(ada, group, cy, null);
      expect(await world.entries(group)).toHaveLength(6);
    });

    it('is muted by who stands above them', async () => {
      const { ada, bob, cy, group } = await scene();
      const until = await inMs(hourMs);
      const forbidden = { code: 'FORBIDDEN', field: undefined };
      expect(await refusal(mute(cy, group, ada, until))).toEqual(forbidden);
      expect(await refusal(mute(bob, group, ada, until))).toEqual(forbidden);
      expect(await refusal(mute(bob, group, bob, until))).toEqual(forbidden);
      expect(await refusal(mute(ada, group, ada, until))).toEqual(forbidden);
      await mute(ada, group, bob, until);
      expect(await silence(world.say(bob, group))).toMatchObject({ code: 'MUTED' });
      // Nor does a muted admin help themselves.
      expect(await refusal(mute(bob, group, bob, null))).toEqual(forbidden);
      const eve = await world.person();
      expect(await refusal(mute(ada, group, eve, until))).toEqual({ code: 'NOT_FOUND', field: ['userId'] });
      expect(await refusal(mute(eve, group, cy, until))).toEqual({ code: 'NOT_FOUND', field: ['groupId'] });
    });

    it('is not muted until a moment that is past', async () => {
      const { ada, cy, group } = await scene();
      const past = { code: 'INVALID_INPUT', field: ['until'] };
      expect(await refusal(mute(ada, group, cy, await inMs(-1)))).toEqual(past);
      expect(await refusal(mute(ada, group, cy, new Date(0)))).toEqual(past);
    });

    it('for ever is told to come back when an answer can say no more', async () => {
      const { ada, cy, group } = await scene();
      await mute(ada, group, cy, new Date('9999-12-31T23:59:59.999Z'));
      expect(await silence(world.say(cy, group))).toMatchObject({ code: 'MUTED', retryAfterMs: 2_147_483_647 });
    });
  });

  describe('a group in which everyone is muted', () => {
    it('hears its owner and admins alone, until then or until it ends', async () => {
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

    it('is not until a moment that is past, and nothing else is changed with it', async () => {
      const { ada, group } = await scene();
      const change = { groupId: group, name: 'Quiet', mutedUntil: await inMs(-1) };
      expect(await refusal(world.groups.update(ada, change))).toEqual({ code: 'INVALID_INPUT', field: ['mutedUntil'] });
      expect(await world.groups.byIds([group])).toMatchObject([{ name: 'The group', mutedUntil: null }]);
    });
  });

  describe('the policy of writing', () => {
    it('says who does, at commit', async () => {
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

    it('makes each member wait after what they said, and neither the owner nor admins', async () => {
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

    it('counts what was said before it began, and what was taken back', async () => {
      const { ada, cy, group } = await scene();
      const said = await world.say(cy, group);
      await world.messages.recall(cy, said);
      await world.groups.update(ada, { groupId: group, slowModeSeconds: 3_600 });
      expect(await silence(world.say(cy, group))).toMatchObject({ code: 'RATE_LIMITED' });
      expect(await world.groups.update(ada, { groupId: group, slowModeSeconds: null })).toMatchObject({ slowModeSeconds: 0 });
      await world.say(cy, group);
    });

    it('ends after so many seconds', async () => {
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

    it('lets one of many through that are sent at once, and one of each sender', async () => {
      const { ada, cy, group } = await slow();
      const dan = await world.person();
      await world.groups.addMembers(ada, { groupId: group, userIds: [dan.userId] });
      const sends = [cy, dan, cy, dan, cy, dan, cy, dan].map((person) => world.say(person, group));
      const settled = await Promise.allSettled(sends);
      const said = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.senderId] : []));
      expect(said.toSorted()).toEqual([cy.userId, dan.userId].toSorted());
    });

    it('does not count a retry, nor an edit', async () => {
      const { cy, group } = await slow();
      const request = { conversationId: group, clientMessageId: freshKey(), text: 'once' };
      const said = await world.messages.send(cy, request);
      expect(await world.messages.send(cy, request)).toEqual(said);
      expect(await world.messages.edit(cy, { message: said, text: 'corrected' })).toMatchObject({ text: 'corrected' });
    });

    it('is of each group by itself', async () => {
      const { ada, cy, group } = await slow();
      const other = await world.group(ada, cy);
      const said = await world.say(cy, group);
      await world.say(cy, other);
      const forward = { message: said, conversationId: group, clientMessageId: freshKey() };
      expect(await silence(world.messages.forward(cy, forward))).toMatchObject({ code: 'RATE_LIMITED' });
    });

    it.each([-1, 86_401, 0.5, Number.NaN])('is not of %d seconds', async (slowModeSeconds) => {
      const { ada, group } = await scene();
      expect(await refusal(world.groups.update(ada, { groupId: group, slowModeSeconds }))).toEqual({
        code: 'INVALID_INPUT',
        field: ['slowModeSeconds'],
      });
    });

    it('is of a day at most', async () => {
      const { ada, group } = await scene();
      expect(await world.groups.update(ada, { groupId: group, slowModeSeconds: 86_400 })).toMatchObject({ slowModeSeconds: 86_400 });
      expect((await world.entries(group)).at(-1)).toMatchObject({ data: { fields: ['slowModeSeconds'] } });
    });
  });
}
