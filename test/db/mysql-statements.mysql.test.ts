import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
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
