import type { Db } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import type { Kind, Kinds } from './kind.ts';
import { join, raw, Sql, sql } from './sql.ts';

type Columns = readonly (readonly [name: string, kind: Kind])[];

// How to write a value of each kind as a literal for MySQL and MariaDB. Null: text that users wrote, which is always a parameter.
const literals: { readonly [K in Kind]: ((value: unknown) => string) | null } = {
  id: (value) => BigInt(value as bigint).toString(),
  number: (value) => Number(value).toString(),
  kept: (value) => Number(value).toString(),
  text: null,
  key: null,
  flag: (value) => Number(value).toString(),
  time: (value) => timeLiteral(value as Date),
  bytes: (value) => `x'${bufferOver(value as Uint8Array).toString('hex')}'`,
};

// The rows of a commit share their times, and each would be formatted for each of them.
let lastTime: { readonly ms: number; readonly literal: string } | undefined;

function timeLiteral(at: Date): string {
  const ms = at.getTime();
  if (lastTime?.ms !== ms) lastTime = { ms, literal: `'${at.toISOString().slice(0, -1).replace('T', ' ')}'` };
  return lastTime.literal;
}

function bufferOver({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Builds a statement from text and parameters, piece by piece. */
class Written {
  readonly #strings: string[] = [];
  readonly #values: unknown[] = [];
  #text = '';

  say(text: string): void {
    this.#text += text;
  }

  /** Appends the values of a row, each followed by what `after` returns for its column. */
  tell(columns: Columns, row: object, after: (name: string) => string = () => ''): void {
    let before = '';
    for (const [name, kind] of columns) {
      const value: unknown = Reflect.get(row, name);
      const literal = value === null ? 'NULL' : literals[kind]?.(value);
      if (literal === undefined) {
        this.#strings.push(this.#text + before);
        this.#values.push(value);
        this.#text = after(name);
      } else this.#text += before + literal + after(name);
      before = ',';
    }
  }

  end(): Prisma.Sql {
    return new Sql([...this.#strings, this.#text], this.#values);
  }
}

/**
 * Builds a derived table `v` of at least one row for a statement to join: a list of keys costs the database more than a join. On MySQL and
 * MariaDB everything but texts is part of the statement (decision 73). On SQLite the rows are one JSON parameter, which cannot hold bytes
 * or U+0000.
 */
export function rowTable<R extends object>({ dialect }: Pick<Db, 'dialect'>, kinds: Kinds, rows: readonly R[]): Prisma.Sql {
  const columns = Object.entries(kinds);
  if (dialect === 'sqlite') {
    const named = raw(columns.map(([name], place) => `value ->> ${place} AS ${name}`).join(', '));
    return sql`(SELECT ${named} FROM json_each(${inJson(columns, rows)})) AS v`;
  }
  const table = new Written();
  const [first, ...others] = rows;
  if (first === undefined) throw new Error('a table has a row');
  table.say('(SELECT ');
  table.tell(columns, first, (name) => ` AS ${name}`);
  for (const [place, row] of others.entries()) {
    // MySQL requires ROW before each row. MariaDB reads it as a comment.
    table.say(place === 0 ? ' UNION ALL VALUES /*!80019 ROW */(' : ',/*!80019 ROW */(');
    table.tell(columns, row);
    table.say(')');
  }
  table.say(') AS v');
  return table.end();
}

function inJson(columns: Columns, rows: readonly object[]): string {
  return JSON.stringify(rows.map((row) => columns.map(([name]) => jsonOf(Reflect.get(row, name)))));
}

// The format in which the adapter writes times.
function jsonOf(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().replace('Z', '+00:00');
  return typeof value === 'bigint' ? value.toString() : withoutFlag(value);
}

// The adapter takes no booleans in raw statements.
function withoutFlag(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

// Some column names are reserved words of MySQL, such as `key`.
function quoted(name: string): string {
  return `\`${name}\``;
}

/** Inserts rows with one statement. */
export async function insertRows<R extends object>(
  db: Pick<Db, 'dialect'>,
  tx: { $executeRaw(query: Prisma.Sql): PromiseLike<number> },
  { table, kinds, rows }: { readonly table: string; readonly kinds: Kinds; readonly rows: readonly R[] },
): Promise<void> {
  const columns = Object.entries(kinds);
  const names = columns.map(([name]) => name);
  const into = `INSERT INTO ${table} (${names.map(quoted).join(', ')}) VALUES `;
  if (db.dialect === 'sqlite') {
    const values = rows.map((row) => sql`(${join(names.map((name) => withoutFlag(Reflect.get(row, name))))})`);
    await tx.$executeRaw(sql`${raw(into)} ${join(values)}`);
    return;
  }
  const statement = new Written();
  statement.say(into);
  for (const [place, row] of rows.entries()) {
    statement.say(place === 0 ? '(' : ',(');
    statement.tell(columns, row);
    statement.say(')');
  }
  await tx.$executeRaw(statement.end());
}
