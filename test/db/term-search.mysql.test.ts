import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, listedGroups, rarestOfUsers, searchGroups, searchUsers } from '../../src/db/index.ts';
import { mysqlDb } from '../support/db.ts';
import { readingOf } from './reading.ts';

let db: Db;

beforeAll(async () => {
  db = await mysqlDb();
  const users = Array.from({ length: 4_000 }, (_, index) => ({ id: BigInt(index + 1), handle: `anna${index}` }));
  await db.transaction(async (tx) => {
    await tx.user.createMany({ data: users.map((user) => ({ ...user, displayName: 'Anna Bo', passwordHash: '', createdAt: new Date() })) });
    await tx.userTerm.createMany({ data: users.flatMap(({ id, handle }) => [handle, 'anna', 'bo'].map((term) => ({ term, userId: id }))) });
    await tx.userTerm.createMany({ data: users.slice(0, 3).map(({ id }) => ({ term: 'zoe', userId: id })) });
  });
});

afterAll(() => db[Symbol.asyncDispose]());

test('a search among thousands of users reads little more than its page', async () => {
  const [found, rows] = await readingOf(db, (tx) =>
    searchUsers(tx, { prefixes: ['an', 'b'], after: { term: 'anna', id: 2_000n }, limit: 11 }),
  );
  expect(found.map(({ term, id }) => [term, id])).toEqual(Array.from({ length: 11 }, (_, index) => ['anna', BigInt(2_001 + index)]));
  // Each match costs a row and three look-ups. Reading the status costs some more.
  expect(rows).toBeLessThan(300);
});

test('a search for a common and a rare word reads what the rare one matches, plus a thousand rows each to compare them', async () => {
  const [found, rows] = await readingOf(db, async (tx) => {
    const prefixes = await rarestOfUsers(tx, ['anna', 'z']);
    return { prefixes, users: await searchUsers(tx, { prefixes, after: null, limit: 11 }) };
  });
  expect(found.prefixes).toEqual(['z', 'anna']);
  expect(found.users.map(({ id }) => id)).toEqual([1n, 2n, 3n]);
  expect(rows).toBeLessThan(2_400);
});

test('the directory of thousands of groups is read from where the page begins, with a search and without', async () => {
  const ids = Array.from({ length: 4_000 }, (_, index) => BigInt(index + 1));
  const group = { kind: 'GROUP', name: 'Chess', createdById: 1n, createdAt: new Date(), joinPolicy: 'OPEN', listed: true };
  await db.transaction(async (tx) => {
    await tx.conversation.createMany({ data: ids.map((id) => ({ ...group, id })) });
    await tx.groupTerm.createMany({ data: ids.flatMap((id) => ['', 'chess'].map((term) => ({ term, conversationId: id }))) });
  });
  const [all, read] = await readingOf(db, (tx) => listedGroups(tx, { before: 2_001n, limit: 11 }));
  expect(all).toEqual(Array.from({ length: 11 }, (_, index) => BigInt(2_000 - index)));
  expect(read).toBeLessThan(200);
  const [found, rows] = await readingOf(db, (tx) =>
    searchGroups(tx, { prefixes: ['ch'], after: { term: 'chess', id: 2_000n }, limit: 11 }),
  );
  expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 11 }, (_, index) => BigInt(2_001 + index)));
  expect(rows).toBeLessThan(300);
});
