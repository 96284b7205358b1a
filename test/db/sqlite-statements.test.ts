import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { raw, sql, type Tx } from '../../src/db/index.ts';
import { sqliteDriver } from '../../src/db/sqlite-driver.ts';
import { Transient } from '../../src/db/transient.ts';
import { freshSqlite } from './fresh.ts';
import { isMarked, leaveMark, newMark } from './statements.contract.ts';

// The most that SQLite allows.
const noLimit = 4_294_967_294;

async function limitPages(tx: Tx, pages: number): Promise<void> {
  await tx.$queryRaw(sql`PRAGMA max_page_count = ${raw(String(pages))}`);
}

async function fillUp(tx: Tx): Promise<void> {
  const [row] = await tx.$queryRaw<{ readonly page_count: bigint }[]>`PRAGMA page_count`;
  await limitPages(tx, Number(row?.page_count));
}

function writeMuch(tx: Tx): Promise<number> {
  return tx.$executeRaw(sql`INSERT INTO Message (conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, sentAt)
    VALUES (1, 1, 1, 1, 'key', ${newMark()}, ${'x'.repeat(1_000_000)}, ${new Date()})`);
}

describe('a transaction that SQLite has rolled back by itself because the disk is full', () => {
  test('stores nothing of its later statements', async () => {
    await using place = await freshSqlite();
    await using db = await place.open();
    const [before, behind, later] = [newMark(), newMark(), newMark()];
    const failing = db.transaction(async (tx) => {
      await leaveMark(tx, before);
      await fillUp(tx);
      const [full, refused] = await Promise.allSettled([writeMuch(tx), leaveMark(tx, behind)]);
      expect(full).toMatchObject({ status: 'rejected', reason: expect.any(Transient) });
      expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(Transient) });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await db.transaction(async (tx) => {
      await limitPages(tx, noLimit);
      await leaveMark(tx, later);
    });
    expect(await Promise.all([before, behind, later].map((mark) => isMarked(db, mark)))).toEqual([false, false, true]);
  });

  test('runs again and is stored once when there is room', async () => {
    await using place = await freshSqlite();
    await using db = await place.open();
    let tries = 0;
    await db.commit(newMark(), async (tx) => {
      tries += 1;
      if (tries === 1) await fillUp(tx);
      else await limitPages(tx, noLimit);
      await Promise.all([writeMuch(tx), leaveMark(tx, newMark())]);
    });
    expect(tries).toBe(2);
    // The mark of the commit, and that of its work.
    expect(await db.client.commit.count()).toBe(2);
  });
});

test('reads succeed once a file that could not be opened can be', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'mpim-driver-')), 'later');
  await using driver = sqliteDriver(join(folder, 'some.sqlite'), () => undefined);
  const read = () => driver.reads.queryRaw({ sql: 'SELECT 1 AS one', args: [], argTypes: [] });
  await expect(read()).rejects.toThrow(Transient);
  await mkdir(folder);
  expect(await read()).toMatchObject({ columnNames: ['one'] });
  await rm(folder, { recursive: true });
});
