import { expect, test } from 'vitest';
import { searchUsers } from '../../src/db/index.ts';
import { mysqlDb } from '../support/db.ts';

test('a search among thousands reads little more than it gives', async () => {
  await using db = await mysqlDb();
  const users = Array.from({ length: 4_000 }, (_, index) => ({ id: BigInt(index + 1), handle: `anna${index}` }));
  await db.transaction(async (tx) => {
    await tx.user.createMany({ data: users.map((user) => ({ ...user, displayName: 'Anna Bo', passwordHash: '', createdAt: new Date() })) });
    await tx.userTerm.createMany({ data: users.flatMap(({ id, handle }) => [handle, 'anna', 'bo'].map((term) => ({ term, userId: id }))) });
  });
  const [found, rowsRead] = await db.snapshot(async (tx) => {
    const read = async () => {
      const rows = await tx.$queryRaw<{ Variable_name: string; Value: string }[]>`SHOW SESSION STATUS LIKE 'Handler_read%'`;
      return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
    };
    const before = await read();
    const places = await searchUsers(tx, { prefixes: ['an', 'b'], after: { term: 'anna', userId: 2_000n }, limit: 11 });
    return [places, (await read()) - before];
  });
  expect(found.map(({ term, userId }) => [term, userId])).toEqual(
    Array.from({ length: 11 }, (_, index) => ['anna', BigInt(2_001 + index)]),
  );
  // Each found one costs a row and three look-ups; reading the status some more.
  expect(rowsRead).toBeLessThan(300);
});
