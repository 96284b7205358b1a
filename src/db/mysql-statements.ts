import type { FieldInfo } from 'mariadb';
import type { Statements } from './db.ts';
import { parameter, readRows, statementsBy } from './statements.ts';

/** Sends a statement with its parameters, and answers as the driver does: rows as arrays, times as text. Throws Transient, and the driver's errors. */
export type Ask = (statement: string, values: readonly unknown[]) => Promise<unknown>;

/**
 * Our own statements, to the driver beneath Prisma, with values as Prisma tells and reads them. Its client takes 25 to 50 µs of CPU for each (docs/decisions/0046);
 * what it offers them, a common form of parameters and answers, is here.
 */
export function statementsOver(ask: Ask): Statements {
  return statementsBy({
    async rows(text, values) {
      const result = (await ask(text, values.map(told))) as Result;
      return readRows(
        result.meta.map((field) => ({ name: field.name(), read: readerOf(field) })),
        result,
      );
    },
    async change(text, values) {
      return ((await ask(text, values.map(told))) as { readonly affectedRows: number }).affectedRows;
    },
  });
}

function told(value: unknown): unknown {
  return parameter(value, (at) => at.toISOString().slice(0, -1).replace('T', ' '));
}

interface Result extends ReadonlyArray<readonly unknown[]> {
  readonly meta: readonly FieldInfo[];
}

// The driver reads numbers, ids as bigint among them, and texts by itself.
function readerOf(field: FieldInfo): (value: unknown) => unknown {
  if (field.type === 'DATETIME' || field.type === 'TIMESTAMP') return timeOf;
  // MariaDB has no type for it, and names it beside. The driver's types do not know of that.
  if (field.type === 'JSON' || Reflect.get(field, 'dataTypeFormat') === 'json') return (value) => JSON.parse(String(value));
  return plain;
}

// UTC, which it does not say.
function timeOf(value: unknown): Date {
  return new Date(`${String(value).replace(' ', 'T')}Z`);
}

function plain(value: unknown): unknown {
  return Buffer.isBuffer(value) ? Uint8Array.from(value) : value;
}
