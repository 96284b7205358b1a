import type { FieldInfo } from 'mariadb';
import type { Statements } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { sql } from './sql.ts';
import { blankOf } from './whole-row.ts';

/** Sends a statement with its parameters, and answers as the driver does: rows as arrays, times as text. Throws Transient, and the driver's errors. */
export type Ask = (statement: string, values: readonly unknown[]) => Promise<unknown>;

type Asked = Prisma.Sql | TemplateStringsArray;

/**
 * Our own statements, to the driver beneath Prisma, with values as Prisma tells and reads them. Its client takes 25 to 50 µs of CPU for each (docs/decisions/0046);
 * what it offers them, a common form of parameters and answers, is here.
 */
export function statementsOver(ask: Ask): Statements {
  async function run(asked: Asked, values: readonly unknown[]): Promise<unknown> {
    const query = 'raw' in asked ? sql([...asked], ...values) : asked;
    return ask(query.sql, query.values.map(told));
  }

  const statements = {
    $queryRaw: async (asked: Asked, ...values: readonly unknown[]) => rowsOf(await run(asked, values)),
    $executeRaw: async (asked: Asked, ...values: readonly unknown[]) => changedBy(await run(asked, values)),
  };
  // Prisma's promises are theirs alone: they wait with the work until somebody asks, and nobody relies on it.
  return statements as unknown as Statements;
}

/** A parameter, in the driver's terms. Throws for what no column of ours holds. */
function told(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().slice(0, -1).replace('T', ' ');
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  // The driver writes some objects as they ask to be written.
  if (typeof value === 'object' && value !== null) throw new TypeError('a parameter is a plain value');
  return value;
}

interface Result extends ReadonlyArray<readonly unknown[]> {
  readonly meta: readonly FieldInfo[];
}

function rowsOf(answer: unknown): readonly Record<string, unknown>[] {
  const result = answer as Result;
  const columns = result.meta.map((field) => ({ name: field.name(), read: readerOf(field) }));
  const blank = blankOf(columns);
  return result.map((values) => {
    const row = { ...blank };
    for (const [place, { name, read }] of columns.entries()) {
      const value = values[place];
      row[name] = value === null ? null : read(value);
    }
    return row;
  });
}

function changedBy(answer: unknown): number {
  return (answer as { readonly affectedRows: number }).affectedRows;
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
