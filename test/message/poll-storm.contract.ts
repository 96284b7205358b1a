import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chat } from '../../src/chat.ts';
import type { Db } from '../../src/db/index.ts';
import type { Viewer } from '../../src/user/index.ts';
import { chatOver } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { ask, stored, tally, vote } from './poll-world.ts';

const choices = [0, 1, 2];

/** What polls promise while many users vote on two nodes and the poll ends, on any database. */
export function promisesOfPollStorms(open: () => Promise<Db>): void {
  let db: Db;
  let chat: Chat;
  let other: Chat;
  beforeAll(async () => {
    db = await open();
    [chat, other] = [chatOver(db), chatOver(db)];
  });
  afterAll(async () => {
    await Promise.all([chat[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
    await db[Symbol.asyncDispose]();
  });

  /** Members and an outsider vote repeatedly on both nodes while the poll ends. Resolves with the outcomes. */
  async function storm(anonymous: boolean, end: 'closePoll' | 'recall') {
    const [ada, stranger] = [await person(chat), await person(chat)];
    const members = await Promise.all(Array.from({ length: 12 }, () => person(chat)));
    const group = await groupOf(chat, ada, ...members);
    const message = await ask(chat, ada, group, { anonymous });
    // The last accepted choice of each user.
    const taken = new Map<bigint, number>();
    const refused = new Set<unknown>();
    let ended: Promise<unknown> | undefined;
    async function choose(who: Viewer, at: number): Promise<void> {
      for (const [turn, choice] of [...choices, ...choices].entries()) {
        if (turn === 3 && who !== stranger) ended ??= other.messages[end](ada, message);
        // So that everybody votes once more after the end.
        if (turn === 5) await ended;
        try {
          await vote((at + turn) % 2 === 0 ? chat : other, who, message, choice);
          taken.set(who.userId, choice);
        } catch (error) {
          refused.add(Reflect.get(Object(error), 'code'));
        }
      }
    }
    await Promise.all([stranger, ...members].map(choose));
    await ended;
    const rows = await db.client.pollVote.findMany({ where: { conversationId: group } });
    const entries = await db.client.entry.findMany({ where: { streamId: group, seq: { gt: message.seq } }, orderBy: { seq: 'asc' } });
    return { group, message, taken, refused, rows, entries, stranger };
  }

  describe.each([false, true])('many users vote on two nodes, anonymous: %s', (anonymous) => {
    it('while the poll is closed: the last accepted vote of each stands, and nothing follows the end', async () => {
      const { message, taken, refused, rows, entries, stranger } = await storm(anonymous, 'closePoll');
      expect(entries.map(({ type }) => type).indexOf('PollClosed')).toBe(entries.length - 1);
      expect(rows.map(({ userId }) => userId).toSorted()).toEqual([...taken.keys()].toSorted());
      for (const { userId, choice } of rows) expect(taken.get(userId)).toBe(choice);
      expect(taken.has(stranger.userId)).toBe(false);
      expect(refused).toEqual(new Set(['NOT_FOUND', 'TOO_LATE']));
      expect(await tally(chat, message)).toEqual([
        ...choices.map((choice) => rows.filter((row) => row.choice === choice).length),
        rows.length,
      ]);
      const logged = new Map(entries.map(({ seq, actorId, data }) => [seq, [actorId, JSON.parse(data).choices]]));
      const own = rows.map(({ seq }) => (seq === null ? null : logged.get(seq)));
      expect(own).toEqual(rows.map(({ userId, choice }) => (anonymous ? null : [userId, [choice]])));
      if (anonymous) expect(entries.filter(({ actorId }) => actorId !== null).map(({ type }) => type)).toEqual(['PollClosed']);
    });

    it('while the message is recalled: nothing of the poll is left, and nothing follows the recall', async () => {
      const { group, message, refused, entries } = await storm(anonymous, 'recall');
      expect(entries.map(({ type }) => type).indexOf('MessageRecalled')).toBe(entries.length - 1);
      expect(refused).toEqual(new Set(['NOT_FOUND', 'INVALID_INPUT']));
      expect(await stored(db, group)).toEqual({ votes: 0, jobs: 0 });
      expect(await tally(chat, message)).toEqual([0, 0, 0, 0]);
    });
  });
}
