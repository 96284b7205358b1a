import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { deriveSqliteSchema } from '../../scripts/sqlite-schema.ts';
import * as mysqlClient from '../../src/db/generated/mysql/client.ts';
import * as sqliteClient from '../../src/db/generated/sqlite/client.ts';
import { freshSqlite } from './fresh.ts';
import { type Field, keyName, readModels } from './models.ts';

const columnTypes: Readonly<Record<string, string>> = {
  BigInt: 'BIGINT',
  Int: 'INTEGER',
  String: 'TEXT',
  Boolean: 'BOOLEAN',
  DateTime: 'DATETIME',
  Bytes: 'BLOB',
};

function columnOf({ name, type, optional, fallback }: Field) {
  // SQLite counts only an INTEGER by itself.
  const counted = fallback === 'autoincrement()';
  return {
    name,
    type: counted ? 'INTEGER' : columnTypes[type],
    notnull: optional ? 0 : 1,
    dflt_value: counted ? null : (fallback?.replaceAll('"', "'") ?? null),
  };
}

describe('the models of SQLite', () => {
  test('are those of MySQL, as the script derives them', async () => {
    const derived = deriveSqliteSchema(await readFile('prisma/schema.prisma', 'utf8'));
    expect(await readFile('prisma/sqlite/schema.prisma', 'utf8')).toBe(derived);
    const bare = (await readModels('prisma/schema.prisma')).map((model) => ({
      ...model,
      fields: model.fields.map((field) => ({ ...field, native: null })),
    }));
    expect(await readModels('prisma/sqlite/schema.prisma')).toEqual(bare);
  });

  test('make a client of the same shape', () => {
    const shapeOf = ({ Prisma }: typeof mysqlClient | typeof sqliteClient) =>
      Object.fromEntries(Object.entries(Prisma).filter(([name]) => name === 'ModelName' || name.endsWith('ScalarFieldEnum')));
    expect(Object.keys(shapeOf(mysqlClient)).length).toBe((Object.keys(mysqlClient.Prisma.ModelName).length ?? 0) + 1);
    expect(shapeOf(sqliteClient)).toEqual(shapeOf(mysqlClient));
  });
});

describe('a migrated SQLite database', () => {
  test('has every model, field, default, key and index, and nothing else', async () => {
    await using place = await freshSqlite();
    await (await place.open())[Symbol.asyncDispose]();
    const models = await readModels('prisma/schema.prisma');
    const tables = await place.rows(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`);
    expect(tables.map(({ name }) => name)).toEqual(['_prisma_migrations', ...models.map(({ name }) => name)].toSorted());

    for (const { name: table, fields, keys } of models) {
      const columns = await place.rows(`SELECT name, type, "notnull", dflt_value FROM pragma_table_info('${table}') ORDER BY cid`);
      expect(columns, table).toEqual(fields.map(columnOf));
      const primary = await place.rows(`SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`);
      expect(
        primary.map(({ name }) => name),
        table,
      ).toEqual(keys.find(({ kind }) => kind === 'primary')?.fields);
      const indexes = await place.rows(`SELECT name, "unique" FROM pragma_index_list('${table}') WHERE origin = 'c' ORDER BY name`);
      const others = keys.filter(({ kind }) => kind !== 'primary');
      const expected = others.map((key) => ({ name: keyName(table, key), unique: key.kind === 'unique' ? 1 : 0 }));
      expect(indexes, table).toEqual(expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
      for (const key of others) {
        const of = await place.rows(`SELECT name FROM pragma_index_info('${keyName(table, key)}') ORDER BY seqno`);
        expect(
          of.map(({ name }) => name),
          keyName(table, key),
        ).toEqual(key.fields);
      }
    }
  });

  test('uses a write-ahead log, with every commit on the disk', async () => {
    await using place = await freshSqlite();
    await using db = await place.open();
    expect(await place.rows('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    // 2 is FULL. Read twice, because the driver's own connections forget settings after a transaction.
    for (const _ of [1, 2]) {
      const [row] = await db.transaction((tx) => tx.$queryRaw<{ synchronous: number }[]>`PRAGMA synchronous`);
      expect(Number(row?.synchronous)).toBe(2);
    }
  });
});
