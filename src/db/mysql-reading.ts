import type { ConnectionConfig, QueryOptions } from 'mariadb';

/** How Prisma's adapter reads values. */
const reading = { rowsAsArray: true, dateStrings: true, autoJsonMap: false, jsonStrings: true, bitOneIsBoolean: false };

/**
 * With these options the pool's connections are to be opened: they need not be told how with each statement then, for which the driver copies all options that a
 * connection has (a tenth of the CPU of a small commit).
 */
// The driver's types lack some of them.
export const readingOptions: ConnectionConfig = reading as ConnectionConfig;

/** A statement without its options. Throws where Prisma's adapter asks for others than those that connections have. */
export function textOf(statement: string | QueryOptions): string {
  if (typeof statement === 'string') return statement;
  const { sql, ...asked } = statement;
  for (const [name, value] of Object.entries(asked)) {
    // It is for geometry, which no table of ours has.
    if (name === 'typeCast') continue;
    if (Reflect.get(reading, name) !== value)
      throw new Error(`Prisma's adapter reads values by ${name}: ${value}, which connections do not know of`);
  }
  return sql;
}
