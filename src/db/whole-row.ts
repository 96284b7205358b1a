import type { Prisma } from './generated/mysql/client.ts';
import type { Kind, Kinds } from './kind.ts';
import { raw } from './sql.ts';

/** A row as a raw query returns it. */
export type RawRow = Readonly<Record<string, unknown>>;

// The first seq that a member may read: nobody may read what the conversation does not keep.
const keptFrom =
  'COALESCE((SELECT kept.floorSeq + 1 FROM Stream kept WHERE kept.id = conversationId AND kept.floorSeq >= fromSeq), fromSeq)';

/** The columns of a row, for SELECT. */
export function wholeRow(kinds: Kinds): Prisma.Sql {
  return raw(
    Object.entries(kinds)
      .map(([name, kind]) => (kind === 'kept' ? `${keptFrom} AS ${name}` : name))
      .join(', '),
  );
}

/** The columns of a table that is joined under an alias, as stored: `kept` is not adjusted. */
export function joinedRow(kinds: Kinds, letter: string): Prisma.Sql {
  return raw(
    Object.keys(kinds)
      .map((name) => `${letter}.${name} AS ${letter}_${name}`)
      .join(', '),
  );
}

// The two databases return some values as different types.
const readers: { readonly [K in Kind]: (value: never) => unknown } = {
  id: (value: bigint | number | string) => BigInt(value),
  number: (value: bigint | number) => Number(value),
  kept: (value: bigint | number) => Number(value),
  text: (value: string) => value,
  key: (value: string) => value,
  flag: (value: boolean | bigint | number) => Boolean(value),
  time: timeOf,
  bytes: (value: Uint8Array) => Uint8Array.from(value),
};

// SQLite's text contains its time zone.
function timeOf(value: Date | string): Date {
  return value instanceof Date ? value : new Date(value);
}

/** Creates a row to copy and fill. A row that is built property by property leaves three times its size as garbage. */
export function blankOf(columns: readonly { readonly name: string }[]): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ name }) => [name, null]));
}

/** Creates a function that reads rows selected by `wholeRow`, or by `joinedRow` under the alias `letter`. */
export function rowReader<R>(kinds: Kinds, letter?: string): (found: RawRow) => R {
  const prefix = letter === undefined ? '' : `${letter}_`;
  const columns = Object.entries(kinds).map(([name, kind]) => ({
    name,
    selected: `${prefix}${name}`,
    read: readers[kind] as (value: unknown) => unknown,
  }));
  const blank = blankOf(columns);

  return (found) => {
    const row = { ...blank };
    for (const { name, selected, read } of columns) {
      const value = found[selected];
      row[name] = value === null ? null : read(value);
    }
    return row as R;
  };
}
