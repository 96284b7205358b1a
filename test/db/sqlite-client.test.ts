import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import type { SqlDriverAdapter, SqlQuery } from '@prisma/driver-adapter-utils';
import { describe, expect, test } from 'vitest';
import { KeepingLibSql } from '../../src/db/sqlite-client.ts';

interface Pair extends AsyncDisposable {
  readonly ours: SqlDriverAdapter;
  /** libsql's own client, on the same file. */
  readonly theirs: SqlDriverAdapter;
}

async function openPair(): Promise<Pair> {
  const folder = await mkdtemp(join(tmpdir(), 'mpim-libsql-'));
  const file = join(folder, 'some name.sqlite');
  const ours = await new KeepingLibSql(file).connect();
  const theirs = await new PrismaLibSql({ url: pathToFileURL(file).href, intMode: 'bigint' }, { timestampFormat: 'iso8601' }).connect();
  return {
    ours,
    theirs,
    async [Symbol.asyncDispose]() {
      await Promise.all([ours.dispose(), theirs.dispose()]);
      await rm(folder, { recursive: true });
    },
  };
}

function asked(sql: string, ...args: readonly unknown[]): SqlQuery {
  return { sql, args: [...args], argTypes: args.map(() => ({ scalarType: 'unknown', arity: 'scalar' })) };
}

const table = `CREATE TABLE Thing (id BIGINT PRIMARY KEY, count INTEGER, name TEXT, at DATETIME, share REAL, body BLOB, open BOOLEAN)`;
const insert = 'INSERT INTO Thing VALUES (?, ?, ?, ?, ?, ?, ?)';
const things = [
  [2n ** 62n, 7, 'name', new Date('2026-01-02T03:04:05.678Z'), 0.5, new Uint8Array([0, 1, 255]), true],
  [-1n, null, '', null, null, new Uint8Array(0), false],
] as const;

describe('a connection that keeps its prepared statements', () => {
  test('answers and refuses as libsql’s own does', async () => {
    await using pair = await openPair();
    await pair.ours.executeScript(table);
    for (const [place, connection] of [pair.ours, pair.theirs].entries()) {
      for (const [id, ...others] of things) {
        expect(await connection.executeRaw(asked(insert, id + BigInt(place), ...others))).toBe(1);
        const again = connection.executeRaw(asked(insert, id + BigInt(place), ...others));
        await expect(again).rejects.toMatchObject({ cause: { kind: 'UniqueConstraintViolation', constraint: { fields: ['id'] } } });
      }
    }
    const questions = [
      asked('SELECT * FROM Thing ORDER BY id'),
      asked("SELECT count(*), max(name), 1.5 AS share, NULL AS none, x'00ff' AS bytes FROM Thing WHERE count = ?", 7),
      asked('UPDATE Thing SET count = ? WHERE open = ? RETURNING id, count, body', 8, true),
      asked('SELECT 1 WHERE 1 = 0'),
    ];
    for (const question of [...questions, ...questions]) {
      expect(await pair.ours.queryRaw(question)).toStrictEqual(await pair.theirs.queryRaw(question));
    }
    for (const fault of ['SELECT * FROM Missing', 'SELECT missing FROM Thing', 'SELEKT 1', 'INSERT INTO Thing (id, id) VALUES (1)']) {
      const codeOf = (connection: SqlDriverAdapter) => connection.queryRaw(asked(fault)).catch(({ cause }) => cause.originalCode);
      expect(await codeOf(pair.ours)).toBe('1');
      expect(await codeOf(pair.theirs)).toBe('1');
    }
  });

  test('runs a statement again after it has failed', async () => {
    await using pair = await openPair();
    await pair.ours.executeScript(table);
    const put = (id: bigint) => pair.ours.executeRaw(asked('INSERT INTO Thing (id) VALUES (?)', id));
    await put(1n);
    await expect(put(1n)).rejects.toThrow();
    expect(await put(2n)).toBe(1);
    expect(await pair.theirs.queryRaw(asked('SELECT id FROM Thing'))).toMatchObject({ rows: [['1'], ['2']] });
  });

  test('holds no lock after a read', async () => {
    await using pair = await openPair();
    await pair.ours.executeScript(table);
    for (const id of [1n, 2n]) await pair.ours.executeRaw(asked('INSERT INTO Thing (id) VALUES (?)', id));
    await pair.ours.queryRaw(asked('SELECT id FROM Thing'));
    // Nobody gets an exclusive lock while another reads.
    await pair.theirs.executeRaw(asked('BEGIN EXCLUSIVE'));
    await pair.theirs.executeRaw(asked('ROLLBACK'));
  });

  test('sees the tables as a script has left them', async () => {
    await using pair = await openPair();
    await pair.ours.executeScript(table);
    const before = await pair.ours.queryRaw(asked('SELECT * FROM Thing'));
    await pair.ours.executeScript('ALTER TABLE Thing ADD COLUMN more TEXT');
    const after = await pair.ours.queryRaw(asked('SELECT * FROM Thing'));
    expect(after.columnNames).toStrictEqual([...before.columnNames, 'more']);
  });

  test('leaves no open transaction after a script that fails half-way', async () => {
    await using pair = await openPair();
    await expect(pair.ours.executeScript(`BEGIN; ${table}; SELEKT 1; COMMIT`)).rejects.toThrow(/syntax error/);
    await pair.theirs.executeScript(table);
    expect(await pair.ours.queryRaw(asked('SELECT * FROM Thing'))).toMatchObject({ rows: [] });
  });

  test('requires all values of a statement each time: earlier values would stand for missing ones', async () => {
    await using pair = await openPair();
    expect(await pair.ours.queryRaw(asked('SELECT ? AS one, ? AS other', 'x', 'y'))).toMatchObject({ rows: [['x', 'y']] });
    await expect(pair.ours.queryRaw(asked('SELECT ? AS one, ? AS other', 'z'))).rejects.toThrow('2 values was given 1');
  });

  test('answers more different statements than it keeps', async () => {
    await using pair = await openPair();
    for (const round of [1, 2]) {
      for (let number = 0; number < 1_100; number += 1) {
        const { rows } = await pair.ours.queryRaw(asked(`SELECT ${number} AS number, ? AS round`, round));
        expect(rows).toStrictEqual([[String(number), round]]);
      }
    }
  });

  test.for([
    2n ** 63n,
    -(2n ** 63n) - 1n,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('refuses %s, which SQLite would store as something else', async (value) => {
    await using pair = await openPair();
    await expect(pair.ours.queryRaw(asked('SELECT ? AS value', value))).rejects.toThrow(RangeError);
  });
});
