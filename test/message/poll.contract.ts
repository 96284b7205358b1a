import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Message } from '../../src/message/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { refusal } from '../group/talk-world.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, person, say } from '../support/people.ts';
import { randomFrom } from '../support/random.ts';
import { ahead, ask, stored, tally, timeComes, told, vote } from './poll-world.ts';

const noMessage = { code: 'NOT_FOUND', field: ['messageId'] };

/** What polls promise, on any database. */
export function promisesOfPolls(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  // Another node.
  let other: Chat;
  beforeAll(async () => {
    db = await open();
    [chat, other] = [chatOver(db), chatOver(db)];
  });
  afterAll(async () => {
    await Promise.all([chat[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
    await db[Symbol.asyncDispose]();
  });

  /** Ada's group with Bob and Cy. */
  async function scene() {
    const [ada, bob, cy] = [await person(chat), await person(chat), await person(chat)];
    return { ada, bob, cy, group: await groupOf(chat, ada, bob, cy) };
  }

  async function found(message: Message): Promise<Message | null> {
    return (await chat.messages.byRefs([message]))[0] ?? null;
  }

  describe('a poll', () => {
    it('has its options exactly as sent, and no votes', async () => {
      const { ada, group } = await scene();
      const closesAt = ahead();
      const message = await ask(chat, ada, group, { options: ['  soup ', 'Ä"\\👍🏽'], multiple: true, closesAt });
      const poll = { options: ['  soup ', 'Ä"\\👍🏽'], multiple: true, anonymous: false, closesAt, closedAt: null };
      expect(message).toMatchObject({ text: 'What do we eat?', poll });
      expect(await found(message)).toEqual(message);
      expect(await tally(chat, message, 2)).toEqual([0, 0, 0]);
      expect(await ask(chat, ada, group)).toMatchObject({ poll: { multiple: false, anonymous: false, closesAt: null } });
    });

    it('has one vote per user, which replaces the former one, with an entry each time', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, ada, group);
      expect(await vote(chat, bob, message, 1)).toEqual(message);
      await vote(chat, cy, message, 1);
      await vote(chat, ada, message, 0);
      expect(await tally(chat, message)).toEqual([1, 2, 0, 3]);
      await vote(chat, cy, message, 2);
      expect(await tally(chat, message)).toEqual([1, 1, 1, 3]);
      await vote(chat, cy, message);
      expect(await tally(chat, message)).toEqual([1, 1, 0, 2]);
      expect(await chat.messages.ownVotes(bob, [message])).toEqual([[1]]);
      expect(await chat.messages.ownVotes(cy, [message])).toEqual([[]]);
      expect(await told(db, message)).toEqual([
        ...[`${bob.userId} [1]`, `${cy.userId} [1]`, `${ada.userId} [0]`],
        ...[`${cy.userId} [2]`, `${cy.userId} []`],
      ]);
    });

    it('with multiple choice counts each voter once, and each vote', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, ada, group, { multiple: true });
      await vote(chat, bob, message, 2, 0, 2);
      await vote(chat, cy, message, 2);
      expect(await tally(chat, message)).toEqual([1, 0, 2, 2]);
      await vote(chat, bob, message, 1, 2);
      expect(await tally(chat, message)).toEqual([0, 1, 2, 2]);
      expect(await told(db, message)).toEqual([`${bob.userId} [0,2]`, `${cy.userId} [2]`, `${bob.userId} [1,2]`]);
    });

    it('is not changed or logged by the same vote again, or an empty first vote', async () => {
      const { ada, bob, group } = await scene();
      const message = await ask(chat, ada, group, { multiple: true });
      await vote(chat, bob, message);
      await vote(chat, bob, message, 0, 1);
      await vote(chat, bob, message, 1, 0);
      expect(await told(db, message)).toEqual([`${bob.userId} [0,1]`]);
    });

    it('that is anonymous logs votes without user and choices', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, ada, group, { anonymous: true });
      for (const [who, choice] of [
        [bob, 0],
        [cy, 2],
        [bob, 2],
      ] as const) {
        await vote(chat, who, message, choice);
      }
      expect(await told(db, message)).toEqual(['null null', 'null null', 'null null']);
      // Nor do the rows of voters refer to these entries.
      const rows = await db.client.pollVote.findMany({ where: { conversationId: group } });
      expect(rows.map(({ seq }) => seq)).toEqual([null, null]);
      expect(await tally(chat, message)).toEqual([0, 0, 2, 2]);
      expect(await chat.messages.ownVotes(bob, [message])).toEqual([[2]]);
    });

    it('in a direct conversation is for both sides', async () => {
      const { ada, bob } = await scene();
      const { id } = await chat.groups.openDirect(ada, { userId: bob.userId });
      const message = await ask(chat, ada, id);
      await vote(chat, ada, message, 0);
      await vote(chat, bob, message, 0);
      expect(await tally(chat, message)).toEqual([2, 0, 0, 2]);
    });

    it('that receives a vote changes neither unread counts nor the conversation’s place in lists', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, ada, group);
      const [before] = await chat.groups.byIds([group]);
      await vote(chat, bob, message, 0);
      const [after] = await chat.groups.byIds([group]);
      expect(after).toEqual({ ...before, lastSeq: message.seq + 1 });
      const [access] = await chat.groups.memberships([{ conversationId: group, userId: cy.userId }]);
      if (!access || !after) throw new Error('they are in it');
      expect(await chat.messages.unread([{ conversation: after, access }])).toEqual([1]);
    });
  });

  describe('a vote is refused and not stored', () => {
    it('for an unknown option, or one of another poll', async () => {
      const { ada, bob, group } = await scene();
      const message = await ask(chat, ada, group, { multiple: true });
      const another = await ask(chat, ada, group);
      const none = (place: string) => ({ code: 'NOT_FOUND', field: ['optionIds', place] });
      expect(await refusal(vote(chat, bob, message, 0, 3))).toEqual(none('1'));
      const options = [{ conversationId: group, seq: another.seq, choice: 0 }];
      expect(await refusal(chat.messages.votePoll(bob, { message, options }))).toEqual(none('0'));
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 0 });
    });

    it('for several options of a single-choice poll, or more than any poll has', async () => {
      const { ada, bob, group } = await scene();
      const message = await ask(chat, ada, group);
      const wrong = { code: 'INVALID_INPUT', field: ['optionIds'] };
      expect(await refusal(vote(chat, bob, message, 0, 1))).toEqual(wrong);
      expect(await refusal(vote(chat, bob, message, ...Array<number>(21).fill(0)))).toEqual(wrong);
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 0 });
    });

    it('for a message without a poll', async () => {
      const { ada, bob, group } = await scene();
      const message = { conversationId: group, seq: await say(chat, ada, group, 'hello') };
      expect(await refusal(vote(chat, bob, message, 0))).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
      expect(await refusal(chat.messages.closePoll(ada, message))).toEqual({ code: 'INVALID_INPUT', field: ['messageId'] });
    });

    it('from a user who is not a member, left, joined later, or has deleted or cleared the message', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, ada, group);
      const [stranger, newcomer, gone] = [await person(chat), await person(chat), await person(chat)];
      await chat.groups.addMembers(ada, { groupId: group, userIds: [newcomer.userId, gone.userId] });
      await chat.groups.removeMember(ada, { groupId: group, userId: gone.userId });
      await chat.messages.hide(bob, message);
      await chat.messages.clear(cy, { conversationId: group });
      for (const who of [stranger, newcomer, gone, bob, cy]) {
        expect(await refusal(vote(chat, who, message, 0))).toEqual(noMessage);
        expect(await refusal(chat.messages.closePoll(who, message))).toEqual(noMessage);
      }
      expect(await refusal(vote(chat, ada, { ...message, seq: 1 }, 0))).toEqual(noMessage);
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 0 });
    });

    it('from a user whom the other side blocks, who can still withdraw a vote', async () => {
      const { ada, bob } = await scene();
      const { id } = await chat.groups.openDirect(ada, { userId: bob.userId });
      const message = await ask(chat, ada, id);
      await vote(chat, bob, message, 0);
      await chat.blocks.block(ada, { userId: bob.userId });
      expect(await refusal(vote(chat, bob, message, 1))).toEqual({ code: 'NOT_CONTACTS', field: ['messageId'] });
      expect(await tally(chat, message)).toEqual([1, 0, 0, 1]);
      await vote(chat, bob, message);
      expect(await tally(chat, message)).toEqual([0, 0, 0, 0]);
    });
  });

  describe('in a race', () => {
    it('of all voters on two nodes every count equals the last votes', async () => {
      const ada = await person(chat);
      const voters: Viewer[] = [];
      for (let count = 0; count < 8; count += 1) voters.push(await person(chat));
      const group = await groupOf(chat, ada, ...voters);
      const [one, several] = [await ask(chat, ada, group), await ask(chat, ada, group, { multiple: true })];
      const random = randomFrom(7);
      const upTo = (most: number) => Math.floor(random() * (most + 1));
      for (let round = 0; round < 4; round += 1) {
        await Promise.all(
          voters.flatMap((who, place) => [
            vote((place + round) % 2 === 0 ? chat : other, who, one, upTo(2)),
            vote(place % 2 === 0 ? chat : other, who, several, ...[0, 1, 2].filter(() => upTo(1) === 1)),
            say(other, who, group, 'meanwhile'),
          ]),
        );
      }
      for (const message of [one, several]) {
        const chosen = await Promise.all(voters.map(async (who) => (await chat.messages.ownVotes(who, [message]))[0] ?? []));
        const counts = [0, 1, 2].map((choice) => chosen.filter((own) => own.includes(choice)).length);
        expect(await tally(chat, message)).toEqual([...counts, chosen.filter((own) => own.length > 0).length]);
        // The log agrees: the last entry of each user.
        const last = new Map((await told(db, message)).map((line) => [line.split(' ')[0], line.split(' ')[1]]));
        for (const [place, who] of voters.entries()) expect(last.get(`${who.userId}`) ?? '[]').toBe(JSON.stringify(chosen[place]));
      }
      const entries = await db.client.entry.findMany({ where: { streamId: group }, orderBy: { seq: 'asc' } });
      const messages = await db.client.message.count({ where: { conversationId: group } });
      expect(entries.length + messages).toBe((await db.client.stream.findUnique({ where: { id: group } }))?.lastSeq);
    });

    it('of one user on two nodes exactly one vote stands in a single-choice poll', async () => {
      const { ada, bob, group } = await scene();
      const message = await ask(chat, ada, group);
      for (let round = 0; round < 5; round += 1) {
        await Promise.all([0, 1, 2].flatMap((choice) => [vote(chat, bob, message, choice), vote(other, bob, message, choice)]));
        const [own] = await chat.messages.ownVotes(bob, [message]);
        expect(own).toHaveLength(1);
        expect((await tally(chat, message)).at(-1)).toBe(1);
        expect((await told(db, message)).at(-1)).toBe(`${bob.userId} ${JSON.stringify(own)}`);
      }
    });

    it('of votes and closing no vote is logged after the end, and earlier ones count', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, ada, group);
      const acts = [vote(chat, bob, message, 0), other.messages.closePoll(ada, message), vote(other, cy, message, 1)];
      const outcomes = await Promise.allSettled(acts);
      const lines = await told(db, message);
      expect(lines.at(-1)).toBe(`${ada.userId} closed`);
      const votes = outcomes.filter(({ status }, place) => place !== 1 && status === 'fulfilled').length;
      expect(lines).toHaveLength(votes + 1);
      expect((await tally(chat, message)).at(-1)).toBe(votes);
    });
  });

  describe('the voters of an option', () => {
    it('are listed by id, in pages, several lists at once', async () => {
      const { ada, bob, cy, group } = await scene();
      const message = await ask(chat, ada, group, { multiple: true });
      const ids = [ada, bob, cy].map(({ userId }) => userId);
      for (const who of [cy, ada, bob]) await vote(chat, who, message, 1);
      await vote(chat, cy, message, 1, 2);
      const of = (choice: number, first: number, after?: bigint) => ({ conversationId: group, seq: message.seq, choice, first, after });
      expect(await chat.messages.voters([of(1, 3), of(2, 3), of(1, 2), of(1, 2, ids[1]), of(0, 1)])).toEqual([
        { items: ids, hasNextPage: false },
        { items: [cy.userId], hasNextPage: false },
        { items: ids.slice(0, 2), hasNextPage: true },
        { items: ids.slice(2), hasNextPage: false },
        { items: [], hasNextPage: false },
      ]);
    });

    it('are counted for messages of several conversations in the order of the references', async () => {
      const { ada, bob, group } = await scene();
      const { id } = await chat.groups.openDirect(ada, { userId: bob.userId });
      const [here, there, none] = [await ask(chat, ada, group), await ask(chat, ada, id), await ask(chat, ada, group)];
      await vote(chat, bob, here, 0);
      await vote(chat, bob, there, 2);
      const found = await chat.messages.votes([there, none, here, there]);
      expect(found.map(({ voters, votes }) => [voters, votes(0), votes(2)])).toEqual([
        [1, 0, 1],
        [0, 0, 0],
        [1, 1, 0],
        [1, 0, 1],
      ]);
      expect(await chat.messages.ownVotes(bob, [there, none, here])).toEqual([[2], [], [0]]);
      expect(await chat.messages.ownVotes(ada, [there, none, here])).toEqual([[], [], []]);
    });
  });

  it('past its closing time a poll that is not closed yet accepts no vote, and the same vote again is no error', async () => {
    const { ada, bob, cy, group } = await scene();
    const message = await ask(chat, ada, group, { closesAt: ahead() });
    await vote(chat, bob, message, 1);
    await timeComes(db, message, { job: false });
    expect((await found(message))?.poll?.closedAt).toBeNull();
    const over = { code: 'TOO_LATE', field: ['messageId'] };
    expect(await refusal(vote(chat, cy, message, 0))).toEqual(over);
    expect(await refusal(vote(chat, bob, message))).toEqual(over);
    await vote(chat, bob, message, 1);
    expect(await told(db, message)).toEqual([`${bob.userId} [1]`]);
    expect(await tally(chat, message)).toEqual([0, 1, 0, 1]);
  });
}
