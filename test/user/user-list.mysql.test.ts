import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import type { UserQuery } from '../../src/user/index.ts';
import { listBots, listUsers } from '../../src/user/user-list.ts';
import { readingOf } from '../db/reading.ts';
import { mysqlDb } from '../support/db.ts';

const users = 20_000;
const page = 50;
const endOfTime = new Date('9999-12-31T23:59:59.999Z');

describe('a page of users, of twenty thousand', () => {
  let db: Db;

  beforeAll(async () => {
    db = await mysqlDb();
    const at = new Date();
    // One in ten is erased, one in ten suspended, and one in ten a bot.
    const rows = Array.from({ length: users }, (_, n) => ({
      ...{ id: BigInt(n + 1), handle: `u${n}`, displayName: 'Anna', passwordHash: '', createdAt: at },
      ...{ state: n % 10 === 0 ? 'ERASED' : 'ACTIVE', suspendedUntil: n % 10 === 1 ? endOfTime : null, bot: n % 10 === 2 },
    }));
    const suspended = rows.filter(({ suspendedUntil }) => suspendedUntil !== null);
    for (let from = 0; from < users; from += 2_000) {
      const piece = rows.slice(from, from + 2_000);
      await db.transaction(async (tx) => {
        await tx.user.createMany({ data: piece });
        await tx.userTerm.createMany({
          data: piece.filter(({ state }) => state === 'ACTIVE').map(({ id }) => ({ term: 'anna', userId: id })),
        });
      });
    }
    await db.transaction((tx) =>
      tx.suspension.createMany({ data: suspended.map(({ id }) => ({ userId: id, reason: 'spam', since: at })) }),
    );
    await db.transaction((tx) => tx.$queryRaw`ANALYZE TABLE User, Suspension, UserTerm`);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  test.each<[string, UserQuery, string, number]>([
    ['all', {}, '10000', 400],
    ['those who may sign in', { state: 'ACTIVE' }, '10000', 400],
    ['those who are suspended', { state: 'SUSPENDED' }, '10000', 400],
    ['those who are erased', { state: 'ERASED' }, '10000', 400],
    // For each user that the word finds, the state is read as well.
    ['those who are found', { search: 'ann' }, '10000 anna', 500],
    ['the suspended among those who are found', { search: 'ann', state: 'SUSPENDED' }, '10000 anna', 3_500],
  ])('%s: reads a bounded number of rows, at the beginning and in the middle', async (_who, query, middle, most) => {
    for (const after of [undefined, middle]) {
      const [found, rows] = await readingOf(db, (tx) => listUsers({ ...db, client: tx as Db['client'] }, query, { first: page, after }));
      expect(found.items).toHaveLength(page);
      expect(rows).toBeLessThan(most);
    }
  });

  test('bots: reads a bounded number of rows, at the beginning and in the middle', async () => {
    for (const after of [undefined, '10000']) {
      const [found, rows] = await readingOf(db, (tx) => listBots({ ...db, client: tx as Db['client'] }, { first: page, after }));
      expect(found.items).toHaveLength(page);
      expect(rows).toBeLessThan(400);
    }
  });
});
