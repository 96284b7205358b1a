import type { Statements } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { sql } from './sql.ts';
import { blankOf } from './whole-row.ts';

type Row = Record<string, unknown>;

/** Runs statements. Takes values as Prisma does. */
export interface StatementRunner {
  readonly rows: (text: string, values: readonly unknown[]) => Promise<readonly Row[]>;
  /** Returns how many rows were changed. */
  readonly change: (text: string, values: readonly unknown[]) => Promise<number>;
}

/** Builds Prisma's raw query methods over a runner, beneath Prisma's client. */
export function statementsBy({ rows, change }: StatementRunner): Statements {
  function by<T>(run: (text: string, values: readonly unknown[]) => Promise<T>) {
    return async (asked: Prisma.Sql | TemplateStringsArray, ...values: readonly unknown[]): Promise<T> => {
      const query = 'raw' in asked ? sql([...asked], ...values) : asked;
      return run(query.sql, query.values);
    };
  }

  // Prisma's own promises are lazy: they do the work once somebody awaits them. Nothing here relies on that.
  return { $queryRaw: by(rows), $executeRaw: by(change) } as unknown as Statements;
}

/** A column of a result, and how to convert its values to those that Prisma would return. */
export interface ReadColumn {
  readonly name: string;
  readonly read: (value: unknown) => unknown;
}

/** Converts rows to objects, with the columns as properties. */
export function readRows(columns: readonly ReadColumn[], rows: readonly (readonly unknown[])[]): readonly Row[] {
  const blank = blankOf(columns);
  return rows.map((values) => {
    const row = { ...blank };
    // Counted by hand: `entries()` would create a pair for each value of each row.
    let place = 0;
    for (const { name, read } of columns) {
      const value = values[place++];
      row[name] = value === null ? null : read(value);
    }
    return row;
  });
}

/**
 * Converts a parameter to what drivers take; `time` converts times. Throws TypeError for objects, which no column holds: a driver lets some
 * objects write themselves into the statement.
 */
export function parameter(value: unknown, time: (at: Date) => unknown): unknown {
  if (value instanceof Date) return time(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value === 'object' && value !== null) throw new TypeError('a parameter is a plain value');
  return value;
}
