import { inspect } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Db, sql, type Tx } from '../../src/db/index.ts';

const at = new Date('2026-01-02T03:04:05.678Z');

/** Stores a row that is found by these 16 bytes. */
export function leaveMark(tx: Tx, mark: Uint8Array): Promise<number> {
  return tx.$executeRaw(sql`INSERT INTO \`Commit\` (id, at) VALUES (${mark}, ${at})`);
}

/** Whether that row was stored. */
export async function isMarked(db: Db, mark: Uint8Array): Promise<boolean> {
  return (await db.client.$queryRaw<unknown[]>(sql`SELECT 1 FROM \`Commit\` WHERE id = ${mark}`)).length > 0;
}

/** Bytes that no mark had before. */
export function newMark(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(16));
}

/** Makes a transaction fail while one of its statements is so many microtasks late. Resolves when both have ended. */
export async function failWithLate(db: Db, mark: Uint8Array, microtasks: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  async function comeLate(tx: Tx): Promise<void> {
    for (let tick = 0; tick < microtasks; tick += 1) await null;
    await Promise.allSettled([leaveMark(tx, mark)]);
    late.resolve();
  }
  const failing = db.transaction(async (tx) => {
    void comeLate(tx);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await late.promise;
}

/** What our own SQL statements promise beneath Prisma's client, on any database. */
export function statementsContract(opened: () => Db): void {
  let db: Db;
  beforeAll(() => {
    db = opened();
  });

  describe('a statement of ours', () => {
    test('passes values in and out unchanged', async () => {
      const [conversationId, senderId] = [2n ** 63n - 1n, -(2n ** 63n)];
      const fingerprint = new Uint8Array([0, 1, 2, 0x27, 0x5c, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      const text = `O'Neil "\\" \\0 ? %_ \0 \u001a \uffff \r\n\t ÄÖ 漢字 👍🏽`;
      const [row] = await db.transaction(async (tx) => {
        await tx.$executeRaw(sql`INSERT INTO Message (conversationId, seq, ordinal, senderId, clientMessageId, fingerprint, text, mentionsEveryone, sentAt)
          VALUES (${conversationId}, ${7}, ${2 ** 31 - 1}, ${senderId}, ${'some key'}, ${fingerprint}, ${text}, ${true}, ${at})`);
        return tx.$queryRaw<
          unknown[]
        >(sql`SELECT conversationId, seq, ordinal, senderId, fingerprint, text, replyToSeq, sentAt, ${null} AS none
          FROM Message WHERE conversationId = ${conversationId} AND mentionsEveryone = ${true} AND sentAt = ${at} AND text = ${text}`);
      });
      expect(row).toEqual({
        ...{ conversationId, seq: 7, ordinal: 2 ** 31 - 1, senderId, fingerprint, text, replyToSeq: null, sentAt: at, none: null },
      });
    });

    test('can be given as a template', async () => {
      expect(await db.client.$queryRaw`SELECT ${'x'} AS x, ${'y'} AS y`).toEqual([{ x: 'x', y: 'y' }]);
    });

    test('returns how many rows it has changed', async () => {
      const mark = newMark();
      expect(await db.transaction((tx) => leaveMark(tx, mark))).toBe(1);
      expect(await db.transaction((tx) => tx.$executeRaw(sql`DELETE FROM \`Commit\` WHERE id = ${mark}`))).toBe(1);
    });

    test('that fails shows nothing of its parameters: errors are logged', async () => {
      const error: unknown = await db.client
        .$queryRaw(sql`SELECT nowhere FROM User WHERE displayName = ${'what people write'}`)
        .catch((reason) => reason);
      expect(inspect(error)).toContain('nowhere');
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('what people write');
    });

    test('refuses a parameter that could write its own SQL in the driver', async () => {
      const sly = { toSqlString: () => '1 OR 1' };
      await expect(db.client.$queryRaw(sql`SELECT ${sly} AS x`)).rejects.toThrow('a parameter is a plain value');
    });

    test('outside of a transaction only reads', async () => {
      await expect(leaveMark(db.client, newMark())).rejects.toThrow();
    });
  });

  describe('a transaction', () => {
    test.each([
      ['a read', (tx: Tx) => tx.$queryRaw`SELECT 1`],
      ['a write', (tx: Tx) => leaveMark(tx, newMark())],
      ['a call of Prisma’s', (tx: Tx) => tx.user.findFirst()],
    ])('that begins with %s stores nothing if it fails', async (_, begin) => {
      const mark = newMark();
      const failing = db.transaction(async (tx) => {
        await Promise.all([begin(tx), leaveMark(tx, mark)]);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await isMarked(db, mark)).toBe(false);
    });

    test('that fails stores nothing of a late statement', async () => {
      const marks = Array.from({ length: 20 }, newMark);
      for (const [microtasks, mark] of marks.entries()) await failWithLate(db, mark, microtasks);
      expect(await Promise.all(marks.map((mark) => isMarked(db, mark)))).not.toContain(true);
    });

    test('sees by Prisma’s calls what our statements wrote, and the other way round', async () => {
      const [one, other] = [newMark(), newMark()];
      await db.transaction(async (tx) => {
        await leaveMark(tx, one);
        expect(await tx.commit.findUnique({ where: { id: one } })).toEqual({ id: one, at });
        await tx.commit.create({ data: { id: other, at } });
        expect(await tx.$queryRaw(sql`SELECT at FROM \`Commit\` WHERE id = ${other}`)).toEqual([{ at }]);
      });
    });

    test('accepts no statement once it has ended: another one may have its connection', async () => {
      const mark = newMark();
      const ended = await db.transaction(async (tx) => ({ tx }));
      await expect(leaveMark(ended.tx, mark)).rejects.toThrow('a statement came after the end of its transaction');
      expect(await isMarked(db, mark)).toBe(false);
    });
  });
}
