import { describe, expect, it } from 'vitest';
import { chatOn, realChat } from '../support/chat.ts';
import { groupOf, person } from '../support/people.ts';
import { startStatementLog } from '../support/statement-log.ts';
import { promisesOfWhatIsKept } from './chat.contract.ts';

describe('the caches on MariaDB and Redis', () => promisesOfWhatIsKept(realChat));
describe('the caches in memory alone, on MariaDB', () => promisesOfWhatIsKept(() => realChat({ CACHE_REDIS: 'false' })));
describe('caches that are off', () => promisesOfWhatIsKept(() => realChat({ CACHE_MB: '0' })));

function of(table: string, statements: readonly string[]): readonly string[] {
  return statements.filter((statement) => new RegExp(`FROM \`?${table}\\b`, 'i').test(statement));
}

it('a hundred concurrent reads query the database once, and later reads query it no more', async () => {
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
  // The stream's head is read each time: by it a cached row is known to be current.
  expect(of('Stream', later.statements)).toHaveLength(1);
});

it('a group is read again after a change of the group, not after a message', async () => {
  await using log = await startStatementLog();
  await using chat = await chatOn(log.stores, { ROLES: 'gateway' });
  const [ann, ben] = [await person(chat), await person(chat)];
  const group = await groupOf(chat, ann, ben);
  const asked = async () => of('Conversation', (await log.during(() => chat.groups.byIds([group]))).statements).length;
  await chat.groups.byIds([group]);
  await chat.messages.send(ann, { conversationId: group, text: 'hello', clientMessageId: 'first' });
  expect(await asked()).toBe(0);
  await chat.groups.removeMember(ann, { groupId: group, userId: ben.userId });
  // The answer to the removal has read the group.
  expect(await asked()).toBe(0);
  await chat.groups.addMembers(ann, { groupId: group, userIds: [ben.userId] });
  expect((await chat.groups.byIds([group]))[0]).toMatchObject({ memberCount: 2 });
});
