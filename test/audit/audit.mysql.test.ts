import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditFilter } from '../../src/audit/index.ts';
import { readEntries } from '../../src/audit/store.ts';
import type { Db } from '../../src/db/index.ts';
import { readingOf } from '../db/reading.ts';
import { mysqlDb } from '../support/db.ts';
import { promisesOfAudit } from './audit.contract.ts';

describe('the audit on MariaDB', () => promisesOfAudit(mysqlDb));

describe('a page of the audit among tens of thousands of entries', () => {
  let db: Db;
  const entries = 30_000;
  const start = Date.UTC(2026, 0, 1);
  const at = (n: number) => new Date(start + n * 1_000);

  beforeAll(async () => {
    db = await mysqlDb();
    const data = Array.from({ length: entries }, (_, n) => ({
      ...{ at: at(n), actorId: n % 2 === 0 ? 0n : BigInt(1 + (n % 7)), actorName: 'somebody', origin: 'here', action: `act${n % 2}` },
      ...{ arguments: '{}', target: `User:${n % 2}`, outcome: 'DONE' },
    }));
    for (let from = 0; from < entries; from += 2_000) {
      await db.transaction((tx) => tx.auditEntry.createMany({ data: data.slice(from, from + 2_000) }));
    }
    await db.transaction((tx) => tx.$queryRaw`ANALYZE TABLE AuditEntry`);
  });
  afterAll(() => db[Symbol.asyncDispose]());

  test.each<[string, AuditFilter]>([
    ['of all', {}],
    ['of an admin', { actor: 3n }],
    ['of the command line', { actor: 'COMMAND_LINE' }],
    ['of one name', { action: 'act1' }],
    ['on one thing', { target: 'User:0' }],
    ['of some hours', { from: at(10_000), to: at(20_000) }],
    ['of an admin in some hours', { actor: 3n, from: at(10_000), to: at(20_000) }],
  ])('a page %s reads little more than its rows, at the beginning and in the middle', async (_what, filter) => {
    for (const after of [undefined, { at: at(15_000), id: 15_000n }]) {
      const [items, rows] = await readingOf(db, (tx) => readEntries(tx, filter, { order: 'desc', limit: 50, after }));
      expect(items).toHaveLength(50);
      expect(rows).toBeLessThan(200);
    }
  });
});
