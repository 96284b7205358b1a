import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { type Db, sql, type Tx } from '../../src/db/index.ts';
import { type Fresh, freshMysql } from './fresh.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
let place: Fresh;
let db: Db;

beforeAll(async () => {
  place = await freshMysql(inject('mysqlUrl'));
  db = await place.open();
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

function leaveMark(tx: Tx, mark: Uint8Array): Promise<number> {
  return tx.$executeRaw(sql`INSERT INTO \`Commit\` (id, at) VALUES (${mark}, ${at})`);
}

async function isMarked(mark: Uint8Array): Promise<boolean> {
  return (await db.client.$queryRaw<unknown[]>(sql`SELECT 1 FROM \`Commit\` WHERE id = ${mark}`)).length > 0;
}

async function newStream(tx: Tx): Promise<bigint> {
  return (await tx.stream.create({ data: { kind: 'GROUP', lastAt: at, activeAt: at, createdAt: at } })).id;
}

function raise(tx: Tx, id: bigint): Promise<number> {
  return tx.$executeRaw(sql`UPDATE Stream SET lastSeq = lastSeq + 1 WHERE id = ${id}`);
}

const autocommit = sql`SELECT @@autocommit AS autocommit`;

describe('a statement of ours', () => {
  test('gets values through as they are, and back', async () => {
    const values = {
      id: 2n ** 63n - 1n,
      text: `O'Neil "\\" \\0 ? %_ \0 \u001a \uffff \r\n\t ÄÖ 漢字 👍🏽`,
      bytes: new Uint8Array([0, 1, 2, 0x27, 0x5c, 0xff]),
      number: -1.5,
      none: null,
    };
    const { id, text, bytes, number, none } = values;
    const [row] = await db.client.$queryRaw<unknown[]>(sql`
      SELECT CAST(${id} AS SIGNED) AS id, ${text} AS text, ${bytes} AS bytes, CAST(${number} AS DOUBLE) AS number, ${none} AS none, CAST(${at} AS DATETIME(3)) AS at`);
    expect(row).toEqual({ ...values, at });
  });

  test('may be told by a template', async () => {
    expect(await db.client.$queryRaw`SELECT CAST(${7} AS CHAR) AS seven, CAST(${'x'} AS CHAR) AS x`).toEqual([{ seven: '7', x: 'x' }]);
  });

  test('answers how many rows it has changed', async () => {
    const mark = crypto.getRandomValues(new Uint8Array(16));
    expect(await db.transaction((tx) => leaveMark(tx, mark))).toBe(1);
    expect(await db.transaction((tx) => tx.$executeRaw(sql`DELETE FROM \`Commit\` WHERE id = ${mark}`))).toBe(1);
  });

  test('that fails tells nothing of its parameters: errors are logged', async () => {
    const error: unknown = await db.client
      .$queryRaw(sql`SELECT nothing FROM User WHERE displayName = ${'what people write'}`)
      .catch((reason) => reason);
    expect(inspect(error)).toContain("Unknown column 'nothing'");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('what people write');
  });

  test('takes nothing that the driver would write as it is told by the value', async () => {
    const sly = { toSqlString: () => '1 OR 1' };
    await expect(db.client.$queryRaw(sql`SELECT ${sly} AS x`)).rejects.toThrow('a parameter is a plain value');
  });
});

describe('a transaction', () => {
  test.each([
    ['a read', (tx: Tx) => tx.$queryRaw`SELECT 1`],
    ['a write', (tx: Tx) => leaveMark(tx, crypto.getRandomValues(new Uint8Array(16)))],
    ['a call of Prisma’s', (tx: Tx) => tx.user.findFirst()],
  ])('that begins with %s leaves nothing where it fails', async (_, begin) => {
    const mark = crypto.getRandomValues(new Uint8Array(16));
    const failing = db.transaction(async (tx) => {
      await Promise.all([begin(tx), leaveMark(tx, mark)]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await isMarked(mark)).toBe(false);
  });

  test('that fails before the server has begun it stores nothing that comes late', async () => {
    const marks = Array.from({ length: 20 }, () => crypto.getRandomValues(new Uint8Array(16)));
    for (const [ticks, mark] of marks.entries()) {
      // A connection of its own, which has been in no transaction.
      await using fresh = await place.open();
      const late = Promise.withResolvers<void>();
      async function comeLate(tx: Tx): Promise<void> {
        for (let tick = 0; tick < ticks; tick += 1) await null;
        await Promise.allSettled([leaveMark(tx, mark)]);
        late.resolve();
      }
      const failing = fresh.transaction(async (tx) => {
        void comeLate(tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await late.promise;
    }
    expect(await Promise.all(marks.map(isMarked))).not.toContain(true);
  });

  test('that the server has rolled back for a deadlock stores nothing of what was sent behind', async () => {
    const [one, other] = await db.transaction(async (tx) => [await newStream(tx), await newStream(tx)] as const);
    const mark = crypto.getRandomValues(new Uint8Array(16));
    const [strongHolds, weakHolds] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const strong = db.transaction(async (tx) => {
      // The server undoes whoever has written less.
      for (let written = 0; written < 20; written += 1) await leaveMark(tx, crypto.getRandomValues(new Uint8Array(16)));
      await raise(tx, one);
      strongHolds.resolve();
      await weakHolds.promise;
      await raise(tx, other);
    });
    await strongHolds.promise;
    let tries = 0;
    const weak = db.transaction(async (tx) => {
      tries += 1;
      if (tries > 1) return;
      await raise(tx, other);
      weakHolds.resolve();
      await Promise.all([raise(tx, one), leaveMark(tx, mark)]);
    });
    await Promise.all([strong, weak]);
    expect(tries).toBe(2);
    expect(await isMarked(mark)).toBe(false);
  });

  test('leaves its connection to reads that keep nothing open, and back', async () => {
    await using narrow = await connectMysql({ url: place.place, connections: 1, writeDeadlineMs: 8_000 });
    const mark = crypto.getRandomValues(new Uint8Array(16));
    expect(await narrow.client.$queryRaw(autocommit)).toEqual([{ autocommit: 1n }]);
    for (let round = 0; round < 2; round += 1) {
      expect(await narrow.transaction((tx) => tx.$queryRaw(autocommit))).toEqual([{ autocommit: 0n }]);
      expect(await narrow.client.$queryRaw(autocommit)).toEqual([{ autocommit: 1n }]);
    }
    await narrow.transaction((tx) => leaveMark(tx, mark));
    expect(await isMarked(mark)).toBe(true);
  });

  test('sees with Prisma’s calls what statements of ours have written, and the other way round', async () => {
    const [one, other] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(16))];
    await db.transaction(async (tx) => {
      await leaveMark(tx, one);
      expect(await tx.commit.findUnique({ where: { id: one } })).toEqual({ id: one, at });
      await tx.commit.create({ data: { id: other, at } });
      expect(await tx.$queryRaw(sql`SELECT at FROM \`Commit\` WHERE id = ${other}`)).toEqual([{ at }]);
    });
  });

  test('takes no statement any more once it has ended: another one may have its connection', async () => {
    const mark = crypto.getRandomValues(new Uint8Array(16));
    const ended = await db.transaction(async (tx) => ({ tx }));
    await expect(leaveMark(ended.tx, mark)).rejects.toThrow('a statement came after the end of its transaction');
    expect(await isMarked(mark)).toBe(false);
  });
});
