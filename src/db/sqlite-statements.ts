import { ColumnTypeEnum, type SqlQuery, type SqlQueryable } from '@prisma/driver-adapter-utils';
import type { Statements } from './db.ts';
import { parameter, readRows, statementsBy } from './statements.ts';

/**
 * Runs raw statements on the adapter beneath Prisma's client, and converts values as Prisma does (decision 59). Throws DriverAdapterError
 * and Transient.
 */
export function sqliteStatements(connection: SqlQueryable): Statements {
  return statementsBy({
    async rows(text, values) {
      const { columnNames, columnTypes, rows } = await connection.queryRaw(queryOf(text, values));
      return readRows(
        columnNames.map((name, place) => ({ name, read: readers.get(columnTypes[place]) ?? unchanged })),
        rows,
      );
    },
    change: (text, values) => connection.executeRaw(queryOf(text, values)),
  });
}

// The adapter needs no type: it takes the value as it is.
const argType = { scalarType: 'unknown', arity: 'scalar' } as const;

function queryOf(text: string, values: readonly unknown[]): SqlQuery {
  return { sql: text, args: values.map((value) => parameter(value, (at) => at)), argTypes: values.map(() => argType) };
}

// The adapter returns integers and times as text.
const readers = new Map<unknown, (value: unknown) => unknown>([
  [ColumnTypeEnum.Int32, Number],
  [ColumnTypeEnum.Int64, (value) => BigInt(String(value))],
  [ColumnTypeEnum.DateTime, (value) => new Date(String(value))],
  [ColumnTypeEnum.Boolean, (value) => value === true || value === '1'],
]);

function unchanged(value: unknown): unknown {
  return value;
}
