import type { Db } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import type { Kind, Kinds } from './kind.ts';
import { raw } from './sql.ts';

/** A row as a raw query tells it. */
export type Found = Readonly<Record<string, unknown>>;

// MySQL and MariaDB read what stands in such comments, SQLite does not. Ids are told as text: JavaScript would round a great one in JSON.
const packings = {
  id: (name: string) => `/*! CAST( */ ${name} /*! AS CHAR) */`,
  bytes: (name: string) => `/*! HEX( */ ${name} /*! ) */`,
  // Its collation is its own, and JSON_ARRAY takes one only.
  key: (name: string) => `${name} /*! COLLATE utf8mb4_bin */`,
  number: String,
  // Where the row of all others has a column, SQLite needs its name; within JSON_ARRAY the others take a name in a SELECT only.
  kept: (name: string) => `${keptFrom(name)} /*! + (SELECT 0 */ AS ${name} /*! ) */`,
  text: String,
  flag: String,
  time: String,
} as const satisfies { readonly [K in Kind]: (name: string) => string };

/** From where on a member may read, as SQL: what the conversation does not keep is for nobody. `name`: of the membership's column, with the table's letter where it has one. */
function keptFrom(name: string): string {
  const conversationId = name.replace('fromSeq', 'conversationId');
  return `COALESCE((SELECT kept.floorSeq + 1 FROM Stream kept WHERE kept.id = ${conversationId} AND kept.floorSeq >= ${name}), ${name})`;
}

/**
 * The columns of a row, for SELECT. MySQL and MariaDB tell them as one JSON array, which costs Prisma and the driver one value in place of twenty: read so, a row
 * takes half the CPU (docs/decisions/0044).
 */
export function wholeRow(kinds: Kinds): Prisma.Sql {
  const values = Object.entries(kinds).map(([name, kind]) => packings[kind](name));
  return raw(`/*! JSON_ARRAY( */ ${values.join(', ')} /*! ) AS packed */`);
}

/** The same of a table that is joined under a letter. */
export function joinedRow({ dialect }: Pick<Db, 'dialect'>, kinds: Kinds, letter: string): Prisma.Sql {
  const columns = Object.entries(kinds);
  if (dialect === 'sqlite') {
    const said = ([name, kind]: (typeof columns)[number]) => (kind === 'kept' ? keptFrom(`${letter}.${name}`) : `${letter}.${name}`);
    return raw(columns.map((column) => `${said(column)} AS ${letter}_${column[0]}`).join(', '));
  }
  const packed = columns.map(([name, kind]) => (kind === 'kept' ? keptFrom(`${letter}.${name}`) : packings[kind](`${letter}.${name}`)));
  return raw(`JSON_ARRAY(${packed.join(', ')}) AS ${letter}_packed`);
}

// The two databases tell some values in forms of their own.
const readers: { readonly [K in Kind]: (value: never) => unknown } = {
  id: (value: bigint | number | string) => BigInt(value),
  number: (value: bigint | number) => Number(value),
  kept: (value: bigint | number) => Number(value),
  text: (value: string) => value,
  key: (value: string) => value,
  flag: (value: boolean | bigint | number) => Boolean(value),
  time: timeOf,
  bytes: (value: Uint8Array | string) => Uint8Array.from(typeof value === 'string' ? Buffer.from(value, 'hex') : value),
};

// SQLite's text names its zone; that of the others is UTC, and does not say so.
function timeOf(value: Date | string): Date {
  if (value instanceof Date) return value;
  return new Date(value[10] === ' ' ? `${value.replace(' ', 'T')}Z` : value);
}

/** A row to be copied and filled: one to which property after property is added leaves three times its size as garbage. */
export function blankOf(columns: readonly { readonly name: string }[]): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ name }) => [name, null]));
}

/** Reads rows that were selected so; `letter`: of a joined table. */
export function rowReader<R>(kinds: Kinds, letter?: string): (found: Found) => R {
  const prefix = letter === undefined ? '' : `${letter}_`;
  const columns = Object.entries(kinds).map(([name, kind]) => ({ name, read: readers[kind] as (value: unknown) => unknown }));
  const blank = blankOf(columns);

  return (found) => {
    const packed = found[`${prefix}packed`];
    // Where its type is lost on the way, as in a UNION, it is text.
    const values = typeof packed === 'string' ? (JSON.parse(packed) as unknown[]) : (packed as readonly unknown[] | undefined);
    const row = { ...blank };
    for (const [place, { name, read }] of columns.entries()) {
      const value = values === undefined ? found[`${prefix}${name}`] : values[place];
      row[name] = value === null ? null : read(value);
    }
    return row as R;
  };
}
