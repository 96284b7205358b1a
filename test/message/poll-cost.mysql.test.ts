import { expect, it } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { talkOn } from '../group/talk-world.ts';
import { chatOn } from '../support/chat.ts';
import { startStatementLog } from '../support/statement-log.ts';
import { ahead, ask, vote } from './poll-world.ts';

it('a poll costs a statement only for its closing time, other messages cost none, and concurrent votes share writes', async () => {
  await using log = await startStatementLog();
  // Migrates the database.
  await using _chat = await chatOn(log.stores, { ROLES: 'gateway' });
  const url = log.stores.env['DATABASE_URL'] ?? '';
  await using world = talkOn(await connectMysql({ url, connections: 2, writeDeadlineMs: 8_000, serverKey: true }));
  const [ada, bob, cy] = await world.people();
  const group = await world.group(ada, bob, cy);
  await world.say(ada, group);
  async function during<T>(act: () => Promise<T>) {
    const { result, statements } = await log.during(act);
    const about = (words: string) => statements.filter((statement) => statement.includes(words)).length;
    const writes = statements.filter((statement) => /^\s*(INSERT|UPDATE|DELETE)/.test(statement)).length;
    return { result, writes, polls: about('PollVote') + about('PollDue'), inserts: about('INSERT INTO PollVote') };
  }
  const text = await during(() => world.say(ada, group));
  const asked = await during(() => ask(world, ada, group));
  const closing = await during(() => ask(world, ada, group, { closesAt: ahead() }));
  expect([text.polls, asked.polls, asked.writes]).toEqual([0, 0, text.writes]);
  expect(text.writes).toBeGreaterThan(0);
  expect(closing.polls).toBeGreaterThan(0);
  expect((await during(() => world.messages.recall(ada, text.result))).polls).toBe(0);
  // If the first vote has a commit of its own, the others wait for it and share the next.
  const votes = await during(() => Promise.all([ada, bob, cy].map((who) => vote(world, who, asked.result, 1))));
  expect(votes.inserts).toBeGreaterThan(0);
  expect(votes.inserts).toBeLessThan(3);
});
