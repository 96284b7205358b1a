import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, searchMembers } from '../../src/db/index.ts';
import { mysqlDb } from '../support/db.ts';
import { readingOf } from './reading.ts';

let db: Db;
const [large, small] = [1n, 2n];

beforeAll(async () => {
  db = await mysqlDb();
  const users = Array.from({ length: 6_000 }, (_, index) => ({ id: BigInt(index + 1), handle: `anna${index}` }));
  const part = { state: 'ACTIVE', role: 'MEMBER', fromSeq: 1, joinedAt: new Date() };
  await db.transaction(async (tx) => {
    await tx.user.createMany({ data: users.map((user) => ({ ...user, displayName: 'Anna Bo', passwordHash: '', createdAt: new Date() })) });
    await tx.userTerm.createMany({ data: users.flatMap(({ id, handle }) => [handle, 'anna', 'bo'].map((term) => ({ term, userId: id }))) });
    await tx.userTerm.create({ data: { term: 'zoe', userId: 5_000n } });
  });
  await db.transaction(async (tx) => {
    await tx.membership.createMany({ data: users.map(({ id }) => ({ ...part, conversationId: large, userId: id })) });
    await tx.membership.createMany({ data: users.slice(3_000, 3_040).map(({ id }) => ({ ...part, conversationId: small, userId: id })) });
  });
});

afterAll(() => db[Symbol.asyncDispose]());

const usual = { after: null, limit: 11, lookedAt: 100, plain: true };

test('a search in a large group where nearly everybody matches reads little more than its page', async () => {
  const search = { ...usual, conversationId: large, members: 6_000, prefixes: ['an'] };
  const [{ places }, rows] = await readingOf(db, (tx) => searchMembers(tx, search));
  expect(places.map(({ term, id }) => [term, id])).toEqual(Array.from({ length: 11 }, (_, index) => ['anna', BigInt(index + 1)]));
  // The end of the page is found by stepping over so many keys.
  expect(rows).toBeLessThan(100 + 400);
});

test('a search in a large group where nobody looked at matches reads a bounded number of rows and says where to continue', async () => {
  const search = { ...usual, conversationId: large, members: 6_000, prefixes: ['an', 'zoe'] };
  const [{ places, end }, rows] = await readingOf(db, (tx) => searchMembers(tx, search));
  expect(places).toEqual([]);
  expect(end).toEqual({ term: 'anna', id: 101n });
  // For each member, the query reads all three terms for each prefix, and a key each of the membership and the account.
  expect(rows).toBeLessThan(100 * 14 + 300);
  const [rest, more] = await readingOf(db, (tx) => searchMembers(tx, { ...search, after: { term: 'anna', id: 4_950n } }));
  expect(rest.places).toEqual([{ term: 'anna', id: 5_000n }]);
  expect(more).toBeLessThan(100 * 14 + 300);
});

test('a search in a small group reads its members, however many other users match', async () => {
  const search = { ...usual, conversationId: small, members: 40, prefixes: ['an'] };
  const [{ places, end }, rows] = await readingOf(db, (tx) => searchMembers(tx, search));
  expect([places.length, end]).toEqual([11, null]);
  expect(rows).toBeLessThan(40 * 14 + 300);
});
