import type { FieldInfo } from 'mariadb';
import type { Statements } from './db.ts';
import { parameter, readRows, statementsBy } from './statements.ts';

/**
 * Sends a statement with its parameters and returns the driver's result: rows as arrays, times as text. Throws Transient, and errors of the
 * driver.
 */
export type Ask = (statement: string, values: readonly unknown[]) => Promise<unknown>;

/**
 * Runs raw statements on the driver beneath Prisma's client, and converts values as Prisma does. Prisma's client takes 25 to 50 µs of CPU
 * for each statement (decision 46).
 */
export function statementsOver(ask: Ask): Statements {
  return statementsBy({
    async rows(text, values) {
      const result = (await ask(text, values.map(parameterOf))) as Result;
      return readRows(
        result.meta.map((field) => ({ name: field.name(), read: readerOf(field) })),
        result,
      );
    },
    async change(text, values) {
      return ((await ask(text, values.map(parameterOf))) as { readonly affectedRows: number }).affectedRows;
    },
  });
}

function parameterOf(value: unknown): unknown {
  return parameter(value, (at) => at.toISOString().slice(0, -1).replace('T', ' '));
}

interface Result extends ReadonlyArray<readonly unknown[]> {
  readonly meta: readonly FieldInfo[];
}

// The driver converts numbers and texts by itself, and ids to bigint.
function readerOf(field: FieldInfo): (value: unknown) => unknown {
  if (field.type === 'DATETIME' || field.type === 'TIMESTAMP') return timeOf;
  // MariaDB has no type for JSON and reports it separately. The driver's types lack that property.
  if (field.type === 'JSON' || Reflect.get(field, 'dataTypeFormat') === 'json') return (value) => JSON.parse(String(value));
  return withoutBuffer;
}

// Times are in UTC, which their text does not say.
function timeOf(value: unknown): Date {
  return new Date(`${String(value).replace(' ', 'T')}Z`);
}

function withoutBuffer(value: unknown): unknown {
  return Buffer.isBuffer(value) ? Uint8Array.from(value) : value;
}
