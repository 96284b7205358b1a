import { describe, expect, it } from 'vitest';
import { chatOn, realChat } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { startStatementLog } from '../support/statement-log.ts';
import { promisesOfWhatIsKept } from './chat.contract.ts';

describe('what is kept, on MariaDB and Redis', () => promisesOfWhatIsKept(realChat));
describe('what is kept in memory alone, on MariaDB', () => promisesOfWhatIsKept(() => realChat({ CACHE_REDIS: 'false' })));
describe('what is not kept at all', () => promisesOfWhatIsKept(() => realChat({ CACHE_MB: '0' })));

function of(table: string, statements: readonly string[]): readonly string[] {
  return statements.filter((statement) => new RegExp(`FROM \`?${table}\\b`, 'i').test(statement));
}

it('asks the database once for a hundred who ask at once, and then no more', async () => {
  await using log = await startStatementLog();
  await using chat = await chatOn(log.stores, { ROLES: 'gateway' });
  const [ann, ben] = [await person(chat), await person(chat)];
  const group = await groupOf(chat, ann, ben);
  const ids = [ann.userId, ben.userId];
  const crowd = await log.during(() => Promise.all(Array.from({ length: 100 }, () => chat.users.byIds(ids))));
  expect(of('User', crowd.statements)).toHaveLength(1);
  await chat.groups.byIds([group]);
  const later = await log.during(async () => [await chat.users.byIds(ids), await chat.groups.byIds([group])]);
  expect(of('User', later.statements)).toEqual([]);
  expect(of('Conversation', later.statements)).toEqual([]);
  // Where it stands is asked each time: by it what is kept is told from what is out of date.
  expect(of('Stream', later.statements)).toHaveLength(1);
});

it('asks for a group anew after what changes it, not after what is said in it', async () => {
  await using log = await startStatementLog();
  await using chat = await chatOn(log.stores, { ROLES: 'gateway' });
  const [ann, ben] = [await person(chat), await person(chat)];
  const group = await groupOf(chat, ann, ben);
  const asked = async () => of('Conversation', (await log.during(() => chat.groups.byIds([group]))).statements).length;
  await chat.groups.byIds([group]);
  await chat.messages.send(ann, { conversationId: group, text: 'hello', clientMessageId: 'first' });
  expect(await asked()).toBe(0);
  await chat.groups.removeMember(ann, { groupId: group, userId: ben.userId });
  // The answer to the removal has read it.
  expect(await asked()).toBe(0);
  await chat.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
  expect((await chat.groups.byIds([group]))[0]).toMatchObject({ memberCount: 2 });
});
