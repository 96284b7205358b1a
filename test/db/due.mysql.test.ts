import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { countDue, type Db, selectDue, selectJobs } from '../../src/db/index.ts';
import { newUuid, uuidBytes } from '../../src/uuid.ts';
import { mysqlDb } from '../support/db.ts';
import { readingOf } from './reading.ts';

const many = 4_000;
const at = new Date(Date.UTC(2026, 0, 1));
const kinds = ['HandleFreed', 'EffectOwed', 'DataExportOver'];
let db: Db;

beforeAll(async () => {
  db = await mysqlDb();
  const stream = { kind: 'GROUP', lastAt: at, activeAt: at, createdAt: at, lastSeq: 9 };
  await db.transaction((tx) =>
    tx.stream.createMany({ data: Array.from({ length: many }, (_, n) => ({ ...stream, id: BigInt(n + 1), jobsDue: n % 1_000 === 999 })) }),
  );
  await db.transaction((tx) =>
    tx.job.createMany({
      data: Array.from({ length: many }, (_, n) => ({
        ...{ id: uuidBytes(newUuid()), kind: kinds[n % 3] ?? '', key: String(n), data: '{}', state: n % 2 === 0 ? 'DEAD' : 'PENDING' },
        ...{ dueAt: new Date(at.getTime() + n), createdAt: at },
      })),
    }),
  );
});

afterAll(() => db[Symbol.asyncDispose]());

test('of thousands of streams the due ones are found and counted without reading the others', async () => {
  const [due, rows] = await readingOf(db, (tx) => selectDue(tx, { after: 1_000n, limit: 2 }));
  expect(due.map(({ id }) => id)).toEqual([2_000n, 3_000n]);
  expect(rows).toBeLessThan(20);
  const [count, counted] = await readingOf(db, countDue);
  expect(count).toBe(4);
  expect(counted).toBeLessThan(20);
});

describe('of thousands of jobs', () => {
  it.each([
    ['all that are dead', null, 1_000],
    ['those of a kind', 'EffectOwed', 1_000],
    ['the first of all', null, null],
  ])('%s are read a page at a time', async (_what, kind, afterMs) => {
    const after = afterMs === null ? null : { dueAt: new Date(at.getTime() + afterMs), id: uuidBytes(newUuid()) };
    const [found, rows] = await readingOf(db, (tx) => selectJobs(tx, { state: 'DEAD', kind, limit: 11, after }));
    expect(found).toHaveLength(11);
    expect(rows).toBeLessThan(60);
  });
});
