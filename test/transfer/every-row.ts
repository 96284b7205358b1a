import { type Db, models } from '../../src/db/index.ts';
import { type Field, readModels } from '../db/models.ts';

/** Rows of a model, as Prisma returns them. */
type Rows = readonly Readonly<Record<string, unknown>>[];

interface Delegate {
  createMany(input: { readonly data: Rows }): Promise<unknown>;
  findMany(): Promise<Rows>;
}

function delegateOf(client: object, model: string): Delegate {
  return Reflect.get(client, `${model.charAt(0).toLowerCase()}${model.slice(1)}`) as Delegate;
}

// Characters that drivers and SQL dialects escape or encode.
const people = `It's "so": \\ %_?:1 -- /* \n\r\t\u0000 \uffff é e\u0301 👩🏽‍🚀 ß ẞ İ`;
const moments = ['1970-01-01T00:00:00.001Z', '2026-03-29T01:30:00.999Z', '9999-12-31T23:59:59.999Z'];
const rowsOfEach = 3;

/** Returns a value for a column. Null in the first row if the column is optional. */
function columnValue({ name, type, optional, native, fallback }: Field, row: number): unknown {
  if (optional && row === 0) return null;
  const [, kind = '', width = ''] = /^(\w+)(?:\((\d+)\))?/.exec(native ?? '') ?? [];
  switch (type) {
    case 'BigInt':
      return fallback === 'autoincrement()' ? BigInt(row + 1) : 9_007_199_254_740_993n + BigInt(row);
    case 'Int':
      return [1, -2, 2_147_483_647][row];
    case 'Boolean':
      return row % 2 === 1;
    case 'DateTime':
      return new Date(moments[row] ?? '');
    case 'Bytes':
      return Uint8Array.from({ length: kind === 'Binary' ? Number(width) : 100_000 * row }, (_, at) => (at * 37 + row * 39) % 256);
    case 'String':
      // Many VARCHAR columns, and addresses, are ASCII.
      return kind === 'VarChar' || name === 'address'
        ? `${row}'\\"${name}`.slice(0, Number(width) || 100)
        : `${row}${people.repeat(1 + row * 100)}`;
    default:
      throw new Error(`${name} is of an unknown type: ${type}`);
  }
}

/** Inserts rows of all models: least and greatest values, characters that need escaping, and nulls. */
export async function fillEveryTable(db: Db): Promise<void> {
  const all = await readModels('prisma/schema.prisma');
  for (const { name, fields } of all) {
    // The first migration has inserted its only row.
    if (name === 'Deployment') {
      await db.transaction((tx) => tx.deployment.update({ where: { id: 1 }, data: { wordsVersion: 7 } }));
      continue;
    }
    const data = Array.from({ length: rowsOfEach }, (_, row) =>
      Object.fromEntries(fields.map((field) => [field.name, columnValue(field, row)])),
    );
    await db.transaction((tx) => delegateOf(tx, name).createMany({ data }));
  }
}

/** Reads all rows of all models. The order is the same in every database. */
export async function everyRow(db: Db): Promise<Readonly<Record<string, Rows>>> {
  const all: Record<string, Rows> = {};
  for (const model of models) {
    const rows = await delegateOf(db.client, model).findMany();
    const named = rows.map((row): [string, (typeof rows)[number]] => [textOf(row), row]);
    all[model] = named.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
  }
  return all;
}

function textOf(row: object): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
