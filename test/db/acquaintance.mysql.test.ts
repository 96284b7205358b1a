import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, selectAcquaintance } from '../../src/db/index.ts';
import { mysqlDb } from '../support/db.ts';
import { acquaintanceContract, fillAcquaintance, people } from './acquaintance.contract.ts';
import { readingOf } from './reading.ts';

acquaintanceContract(mysqlDb);

describe('the acquaintance of a user in thousands of conversations', () => {
  let db: Db;

  beforeAll(async () => {
    db = await mysqlDb();
    await fillAcquaintance(db);
  });

  afterAll(() => db[Symbol.asyncDispose]());

  const strangers = Array.from({ length: 10 }, (_, place) => BigInt(11 + place));

  test('reads the few conversations of the others if that user asks about many', async () => {
    const [found, rows] = await readingOf(db, (tx) => selectAcquaintance(tx, people.desk, strangers));
    expect(found).toHaveLength(10);
    expect(rows).toBeLessThan(400);
  });

  test('counts some conversations, then reads the few of the viewer, if another user asks about that user', async () => {
    const [found, rows] = await readingOf(db, (tx) => selectAcquaintance(tx, 20n, [people.desk]));
    expect(found).toEqual([{ areAcquainted: false, isBlocked: false }]);
    expect(rows).toBeLessThan(800);
  });
});
