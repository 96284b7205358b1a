import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { describe, expect, test } from 'vitest';
import { dbContract } from './contract.ts';
import { freshSqlite } from './fresh.ts';

describe('a Db on SQLite', () => dbContract(freshSqlite));

describe('a SQLite file', () => {
  test('that another program writes to is waited for without blocking reads', async () => {
    await using place = await freshSqlite();
    await using db = await place.open();
    const other = await new PrismaLibSql({ url: `file:${place.place}` }).connect();
    const writing = await other.startTransaction();
    await writing.executeRaw({ sql: `INSERT INTO UserTerm (term, userId) VALUES ('theirs', 1)`, args: [], argTypes: [] });
    const ours = db.transaction((tx) => tx.userTerm.create({ data: { term: 'ours', userId: 1n } }));
    expect(await db.client.userTerm.count()).toBe(0);
    await writing.commit();
    await ours;
    expect(await db.client.userTerm.count()).toBe(2);
    await other.dispose();
  });

  test('that another program keeps locked is UNAVAILABLE at the deadline', async () => {
    await using place = await freshSqlite();
    await using db = await place.open({ writeDeadlineMs: 300 });
    const other = await new PrismaLibSql({ url: `file:${place.place}` }).connect();
    await other.executeRaw({ sql: 'BEGIN IMMEDIATE', args: [], argTypes: [] });
    const ours = db.transaction((tx) => tx.userTerm.create({ data: { term: 'ours', userId: 1n } }));
    await expect(ours).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await other.executeRaw({ sql: 'ROLLBACK', args: [], argTypes: [] });
    await db.transaction((tx) => tx.userTerm.create({ data: { term: 'ours', userId: 1n } }));
    await other.dispose();
  });

  test('is made in a folder that only the user can read', async () => {
    await using place = await freshSqlite();
    await using db = await place.open();
    await db.ping();
    expect((await stat(dirname(place.place))).mode & 0o777).toBe(0o700);
  });

  test('whose lock cannot be opened is UNAVAILABLE for the work that needs the lock', async () => {
    await using place = await freshSqlite();
    await using db = await place.open();
    await mkdir(`${place.place}.work.lock`);
    await expect(db.exclusive('work')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('that is not a database is reported in one line', async () => {
    await using place = await freshSqlite();
    await mkdir(place.place, { recursive: true });
    await expect(place.open()).rejects.toThrow(/^the database file .* cannot be used: [^\n]*$/);
  });
});
