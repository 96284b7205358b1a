import type { Statements } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { sql } from './sql.ts';
import { blankOf } from './whole-row.ts';

type Row = Record<string, unknown>;

/** How statements are run, their values as Prisma takes them. */
export interface StatementRunner {
  readonly rows: (text: string, values: readonly unknown[]) => Promise<readonly Row[]>;
  /** Answers how many rows were changed. */
  readonly change: (text: string, values: readonly unknown[]) => Promise<number>;
}

/** Prisma's raw queries over what runs them, beneath its client. */
export function statementsBy({ rows, change }: StatementRunner): Statements {
  function by<T>(run: (text: string, values: readonly unknown[]) => Promise<T>) {
    return async (asked: Prisma.Sql | TemplateStringsArray, ...values: readonly unknown[]): Promise<T> => {
      const query = 'raw' in asked ? sql([...asked], ...values) : asked;
      return run(query.sql, query.values);
    };
  }

  // Prisma's promises are theirs alone: they wait with the work until somebody asks, and nobody relies on it.
  return { $queryRaw: by(rows), $executeRaw: by(change) } as unknown as Statements;
}

/** A column of an answer, and what makes of its values those that Prisma would tell. */
export interface ReadColumn {
  readonly name: string;
  readonly read: (value: unknown) => unknown;
}

/** Rows by name. */
export function readRows(columns: readonly ReadColumn[], rows: readonly (readonly unknown[])[]): readonly Row[] {
  const blank = blankOf(columns);
  return rows.map((values) => {
    const row = { ...blank };
    // By its place: pairs would be made for each value of each row.
    let place = 0;
    for (const { name, read } of columns) {
      const value = values[place++];
      row[name] = value === null ? null : read(value);
    }
    return row;
  });
}

/** A parameter, in a driver's terms but for times. Throws TypeError for what no column of ours holds: drivers write some objects as they ask to be written. */
export function parameter(value: unknown, time: (at: Date) => unknown): unknown {
  if (value instanceof Date) return time(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value === 'object' && value !== null) throw new TypeError('a parameter is a plain value');
  return value;
}
