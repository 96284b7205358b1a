import type { Db } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import type { Kind, Kinds } from './kind.ts';
import { join, raw, sql } from './sql.ts';

// Of each kind: the column that JSON_TABLE makes, and how a value is told to it. Without a character set text would have that of the database, and what that lacks
// would become question marks.
const told = {
  id: { type: 'BIGINT', tell: String },
  number: { type: 'INT', tell: Number },
  kept: { type: 'INT', tell: Number },
  text: { type: 'LONGTEXT CHARACTER SET utf8mb4', tell: String },
  key: { type: 'VARCHAR(64) CHARACTER SET utf8mb4', tell: String },
  flag: { type: 'TINYINT', tell: Number },
  time: { type: 'DATETIME(3)', tell: (value: unknown) => (value as Date).toISOString().slice(0, -1).replace('T', ' ') },
  bytes: {
    type: 'LONGTEXT CHARACTER SET ascii',
    tell: (value: unknown) => Buffer.from(value as Uint8Array).toString('hex'),
  },
} as const satisfies { readonly [K in Kind]: { readonly type: string; readonly tell: (value: unknown) => string | number } };

/** A value outside of JSON, where ids are numbers. */
function tellOne(kind: Kind, value: unknown): unknown {
  return value === null || kind === 'id' ? value : told[kind].tell(value);
}

/** The value of a column as SQL reads it from a table of rows. */
function readAs(name: string, kind: Kind): string {
  return kind === 'bytes' ? `UNHEX(${name})` : name;
}

function packed<R extends object>(kinds: Kinds, rows: readonly R[], tellTime = told.time.tell): string {
  const columns = Object.entries(kinds).map(([name, kind]) => ({ name, tell: kind === 'time' ? tellTime : told[kind].tell }));
  return JSON.stringify(
    rows.map((row) =>
      columns.map(({ name, tell }) => {
        const value: unknown = Reflect.get(row, name);
        return value === null ? null : tell(value);
      }),
    ),
  );
}

/**
 * Rows that a statement brings along as a table `v`, in one parameter however many they are: each parameter costs Prisma and the driver a microsecond, and a
 * list of keys costs the database more than a join with them. A single row goes as plain values, which cost MySQL and MariaDB less than JSON does (docs/decisions/0049). Bytes come as hexadecimal text, and not at all on SQLite, nor does U+0000 in texts.
 */
export function rowTable<R extends object>({ dialect }: Pick<Db, 'dialect'>, kinds: Kinds, rows: readonly R[]): Prisma.Sql {
  const names = Object.keys(kinds);
  if (dialect === 'sqlite') {
    const columns = raw(names.map((name, place) => `value ->> ${place} AS ${name}`).join(', '));
    return sql`(SELECT ${columns} FROM json_each(${packed(kinds, rows, sqliteTime)})) AS v`;
  }
  const [only] = rows;
  if (only !== undefined && rows.length === 1) {
    const values = names.map((name) => sql`${tellOne(kinds[name] as Kind, Reflect.get(only, name))} AS ${raw(name)}`);
    return sql`(SELECT ${join(values)}) AS v`;
  }
  // A value that does not fit would otherwise become NULL.
  const columns = raw(names.map((name, place) => `${name} ${told[kinds[name] as Kind].type} PATH '$[${place}]' ERROR ON ERROR`).join(', '));
  return sql`JSON_TABLE(${packed(kinds, rows)}, '$[*]' COLUMNS (${columns})) AS v`;
}

// The adapter takes no booleans in raw statements.
function plain(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

// As the adapter writes it.
function sqliteTime(value: unknown): string {
  return (value as Date).toISOString().replace('Z', '+00:00');
}

/** Inserts rows by one statement. */
export async function insertRows<R extends object>(
  db: Pick<Db, 'dialect'>,
  tx: { $executeRaw(query: Prisma.Sql): PromiseLike<number> },
  { table, kinds, rows }: { readonly table: string; readonly kinds: Kinds; readonly rows: readonly R[] },
): Promise<void> {
  const names = Object.keys(kinds);
  const into = raw(`INSERT INTO ${table} (${names.join(', ')})`);
  if (db.dialect === 'sqlite' || rows.length === 1) {
    const values = rows.map((row) => sql`(${join(names.map((name) => plain(Reflect.get(row, name))))})`);
    await tx.$executeRaw(sql`${into} VALUES ${join(values)}`);
    return;
  }
  const values = raw(names.map((name) => readAs(name, kinds[name] as Kind)).join(', '));
  await tx.$executeRaw(sql`${into} SELECT ${values} FROM ${rowTable(db, kinds, rows)}`);
}
