import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { MessageRef } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal, type TalkWorld, talkOn } from '../group/talk-world.ts';

// All of them differ, though collations, fonts and eyes may confuse them.
const alike = ['❤\ufe0f', '♥\ufe0f', '🧡', '👍', '👍🏻', '👍🏿', '🎉', '🏳\ufe0f\u200d🌈', '🏳\u200d🌈', '🇩🇪', '🇪🇩', '😀', '😃'];

/** What reactions promise, on any database. */
export function promisesOfReactions(open: () => Promise<Db>): void {
  let world: TalkWorld;
  beforeAll(async () => {
    world = talkOn(await open());
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Ada's group with Bob and Cy, and a message of hers. */
  async function scene() {
    const [ada, bob, cy] = await world.people();
    const group = await world.group(ada, bob, cy);
    return { ada, bob, cy, group, message: await world.say(ada, group) };
  }

  const add = (viewer: Viewer, message: MessageRef, emoji: string) => world.messages.addReaction(viewer, { message, emoji });
  const remove = (viewer: Viewer, message: MessageRef, emoji: string) => world.messages.removeReaction(viewer, { message, emoji });

  async function counts(message: MessageRef): Promise<readonly (readonly [string, number])[]> {
    const [reactions = []] = await world.messages.reactions([message]);
    return reactions.map(({ emoji, count }) => [emoji, count]);
  }

  /** The logged reactions to a message, oldest first. */
  async function changes({ conversationId, seq }: MessageRef): Promise<readonly string[]> {
    const entries = await world.entries(conversationId);
    return entries.flatMap((entry) =>
      entry.type === 'ReactionsChanged' && entry.data.messageSeq === seq
        ? [`${entry.actorId} ${entry.data.added ? '+' : '-'}${entry.data.emoji}`]
        : [],
    );
  }

  describe('a reaction', () => {
    it('is logged and counted', async () => {
      const { bob, group, message } = await scene();
      expect(message.hasReactions).toBe(false);
      expect(await add(bob, message, '👍')).toEqual({ ...message, hasReactions: true });
      expect((await world.entries(group)).at(-1)).toMatchObject({
        ...{ seq: message.seq + 1, type: 'ReactionsChanged', actorId: bob.userId },
        data: { messageSeq: message.seq, emoji: '👍', added: true },
      });
      expect(await world.messages.byRefs([message])).toEqual([{ ...message, hasReactions: true }]);
      expect(await world.messages.reactions([message])).toEqual([
        [{ conversationId: message.conversationId, seq: message.seq, emoji: '👍', count: 1 }],
      ]);
    });

    it('repeated by the same user counts once and is not logged again', async () => {
      const { bob, message } = await scene();
      await add(bob, message, '👍');
      expect(await add(bob, message, '👍')).toMatchObject({ seq: message.seq, hasReactions: true });
      expect(await counts(message)).toEqual([['👍', 1]]);
      expect(await changes(message)).toEqual([`${bob.userId} +👍`]);
    });

    it('keeps the order in which each emoji was first used', async () => {
      const { ada, bob, cy, message } = await scene();
      await add(cy, message, '🎉');
      await add(ada, message, '👍');
      await add(bob, message, '🎉');
      await add(bob, message, '😀');
      expect(await counts(message)).toEqual([
        ['🎉', 2],
        ['👍', 1],
        ['😀', 1],
      ]);
    });

    it('is kept apart from all that look alike', async () => {
      const { bob, message } = await scene();
      for (const emoji of alike) await add(bob, message, emoji);
      expect(await counts(message)).toEqual(alike.map((emoji) => [emoji, 1]));
      for (const emoji of alike.slice(1)) await remove(bob, message, emoji);
      expect(await counts(message)).toEqual([[alike[0], 1]]);
    });

    it.each(['a', '', '👍👍', '1', '👍 ', '\ud83d', 'x'.repeat(10_000)])('of %j is refused and not stored', async (emoji) => {
      const { bob, message } = await scene();
      expect(await refusal(add(bob, message, emoji))).toEqual({ code: 'INVALID_INPUT', field: ['emoji'] });
      expect(await refusal(remove(bob, message, emoji))).toEqual({ code: 'INVALID_INPUT', field: ['emoji'] });
      expect(await changes(message)).toEqual([]);
    });

    it('is removed by its user, and others keep theirs', async () => {
      const { ada, bob, message } = await scene();
      await add(ada, message, '👍');
      await add(bob, message, '👍');
      expect(await remove(ada, message, '👍')).toMatchObject({ seq: message.seq });
      expect(await counts(message)).toEqual([['👍', 1]]);
      expect(await world.messages.ownReactions(ada, [message])).toEqual([[]]);
      expect(await world.messages.ownReactions(bob, [message])).toEqual([['👍']]);
      expect((await changes(message)).at(-1)).toBe(`${ada.userId} -👍`);
    });

    it('that does not exist is removed without an error or an entry', async () => {
      const { ada, bob, message } = await scene();
      expect(await remove(ada, message, '👍')).toEqual(message);
      await add(bob, message, '👍');
      await remove(ada, message, '👍');
      await remove(bob, message, '🎉');
      expect(await counts(message)).toEqual([['👍', 1]]);
      expect(await changes(message)).toEqual([`${bob.userId} +👍`]);
    });

    it('in a direct conversation is for both sides', async () => {
      const [ada, bob] = await world.people();
      const message = await world.say(ada, await world.direct(ada, bob));
      await add(bob, message, '👍');
      await add(ada, message, '👍');
      expect(await counts(message)).toEqual([['👍', 2]]);
    });

    it('changes neither unread counts nor the conversation’s place in lists', async () => {
      const { bob, cy, group, message } = await scene();
      const [before] = await world.groups.byIds([group]);
      await add(bob, message, '👍');
      const [after] = await world.groups.byIds([group]);
      expect(after).toEqual({ ...before, lastSeq: message.seq + 1 });
      const access = await world.access(cy, group);
      if (access === null || after === null || after === undefined) throw new Error('they are in it');
      expect(await world.messages.unread([{ conversation: after, access }])).toEqual([1]);
    });
  });

  describe('the different emojis of a message', () => {
    it('are limited by MAX_REACTIONS, and more users can use existing ones', async () => {
      const { ada, bob, cy, message } = await scene();
      const { messages } = world.node({ maxReactions: 2 });
      await messages.addReaction(ada, { message, emoji: '👍' });
      await messages.addReaction(ada, { message, emoji: '🎉' });
      expect(await refusal(messages.addReaction(bob, { message, emoji: '😀' }))).toEqual({ code: 'LIMIT_REACHED', field: ['emoji'] });
      await messages.addReaction(bob, { message, emoji: '🎉' });
      await messages.removeReaction(ada, { message, emoji: '👍' });
      await messages.addReaction(cy, { message, emoji: '😀' });
      expect(await counts(message)).toEqual([
        ['🎉', 2],
        ['😀', 1],
      ]);
    });

    it('stay within the limit in a race', async () => {
      const { ada, bob, cy, message } = await scene();
      const { messages } = world.node({ maxReactions: 3 });
      const emojis = ['👍', '🎉', '😀', '😃', '🧡', '🇩🇪'];
      const acts = [ada, bob, cy].flatMap((who) => emojis.map((emoji) => messages.addReaction(who, { message, emoji })));
      const outcomes = await Promise.allSettled(acts);
      const stored = outcomes.filter(({ status }) => status === 'fulfilled').length;
      const standing = await counts(message);
      expect(standing).toHaveLength(3);
      expect(standing.reduce((sum, [, count]) => sum + count, 0)).toBe(stored);
      expect(await changes(message)).toHaveLength(stored);
    });
  });

  it('concurrent reactions and messages are all stored with an entry each', async () => {
    const { ada, bob, cy, group, message } = await scene();
    const other = await world.say(bob, group);
    await Promise.all([
      ...[ada, bob, cy].map((who) => add(who, message, '👍')),
      ...[ada, bob, cy].map((who) => add(who, other, '🎉')),
      ...[ada, bob, cy].map((who) => world.say(who, group)),
      ...[ada, bob, cy].map((who) => add(who, other, '👍')),
    ]);
    expect(await counts(message)).toEqual([['👍', 3]]);
    expect(new Map(await counts(other))).toEqual(
      new Map([
        ['🎉', 3],
        ['👍', 3],
      ]),
    );
    const entries = await world.entries(group);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, place) => place + 1));
    expect(entries).toHaveLength(5 + 12);
  });

  it('ten concurrent identical reactions are stored once', async () => {
    const { bob, message } = await scene();
    await Promise.all(Array.from({ length: 10 }, () => add(bob, message, '👍')));
    expect(await counts(message)).toEqual([['👍', 1]]);
    expect(await changes(message)).toHaveLength(1);
  });

  describe('a message that the viewer does not see cannot be reacted to:', () => {
    it('an unknown one', async () => {
      const { bob, message } = await scene();
      const absent = { ...message, seq: message.seq + 1 };
      expect(await refusal(add(bob, absent, '👍'))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
      const elsewhere = { ...message, conversationId: 9_000_000_000n };
      expect(await refusal(add(bob, elsewhere, '👍'))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
      // The entry at this seq is a join.
      expect(await refusal(add(bob, { ...message, seq: 1 }, '👍'))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
    });

    it('one of a group that the viewer is not in or has left', async () => {
      const { ada, bob, group, message } = await scene();
      const stranger = await world.person();
      expect(await refusal(add(stranger, message, '👍'))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
      await add(bob, message, '👍');
      await world.groups.removeMember(ada, { groupId: group, userId: bob.userId });
      expect(await refusal(add(bob, message, '🎉'))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
      expect(await refusal(remove(bob, message, '👍'))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
      expect(await counts(message)).toEqual([['👍', 1]]);
    });

    it('one from before the viewer joined', async () => {
      const { ada, group, message } = await scene();
      const dan = await world.person();
      await world.groups.addMembers(ada, { groupId: group, userIds: [dan.userId] });
      expect(await refusal(add(dan, message, '👍'))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
      expect(await add(dan, await world.say(ada, group), '👍')).toMatchObject({ hasReactions: true });
    });

    it('one that the viewer has deleted or cleared for themselves', async () => {
      const { bob, cy, group, message } = await scene();
      await add(bob, message, '👍');
      await world.messages.clear(bob, { conversationId: group });
      await world.messages.hide(cy, message);
      for (const who of [bob, cy]) {
        expect(await refusal(add(who, message, '🎉'))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
        expect(await refusal(remove(who, message, '👍'))).toEqual({ code: 'NOT_FOUND', field: ['messageId'] });
      }
      expect(await counts(message)).toEqual([['👍', 1]]);
    });
  });

  it('a recalled message has no reactions, accepts none, and ignores removals', async () => {
    const { ada, bob, message } = await scene();
    await add(bob, message, '👍');
    const recalled = await world.messages.recall(ada, message);
    expect(recalled.hasReactions).toBe(false);
    expect(await counts(message)).toEqual([]);
    expect(await refusal(add(bob, message, '🎉'))).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
    expect(await remove(bob, message, '👍')).toEqual(recalled);
    expect(await changes(message)).toEqual([`${bob.userId} +👍`]);
  });

  describe('the users of an emoji on a message', () => {
    it('are listed by id, in pages, several lists at once', async () => {
      const { ada, bob, cy, message } = await scene();
      const ids = [ada, bob, cy].map(({ userId }) => userId);
      for (const who of [cy, ada, bob]) await add(who, message, '👍');
      await add(cy, message, '🎉');
      const { conversationId, seq } = message;
      const of = (emoji: string, first: number, after?: bigint) => ({ conversationId, seq, emoji, first, after });
      expect(await world.messages.reactors([of('👍', 3), of('🎉', 3), of('👍', 2), of('👍', 2, ids[1]), of('😀', 1)])).toEqual([
        { items: ids, hasNextPage: false },
        { items: [cy.userId], hasNextPage: false },
        { items: ids.slice(0, 2), hasNextPage: true },
        { items: ids.slice(2), hasNextPage: false },
        { items: [], hasNextPage: false },
      ]);
    });

    it('have their own reactions in the order in which they added them', async () => {
      const { bob, cy, message, group } = await scene();
      const other = await world.say(cy, group);
      for (const emoji of ['🎉', '👍', '😀']) await add(bob, message, emoji);
      await add(cy, message, '👍');
      expect(await world.messages.ownReactions(bob, [other, message])).toEqual([[], ['🎉', '👍', '😀']]);
      expect(await world.messages.ownReactions(cy, [message])).toEqual([['👍']]);
    });
  });

  it('reactions of messages of several conversations are read in the order of the references', async () => {
    const { ada, bob, message, group } = await scene();
    const direct = await world.say(ada, await world.direct(ada, bob));
    const none = await world.say(ada, group);
    await add(bob, message, '👍');
    await add(bob, direct, '🎉');
    const reactions = await world.messages.reactions([direct, none, message, direct]);
    expect(reactions.map((list) => list.map(({ emoji, seq }) => [emoji, seq]))).toEqual([
      [['🎉', direct.seq]],
      [],
      [['👍', message.seq]],
      [['🎉', direct.seq]],
    ]);
  });
}
