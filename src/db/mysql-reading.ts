import type { ConnectionConfig, QueryOptions } from 'mariadb';

/** How Prisma's adapter reads values. */
const reading = { rowsAsArray: true, dateStrings: true, autoJsonMap: false, jsonStrings: true, bitOneIsBoolean: false };

/**
 * Options for the connections of the pool. With them, statements need no options of their own, for which the driver would copy all options
 * of the connection (a tenth of the CPU of a small commit).
 */
// The driver's types lack some of them.
export const readingOptions: ConnectionConfig = reading as ConnectionConfig;

/** Returns a statement without its options. Throws if Prisma's adapter asks for other options than the connections have. */
export function textOf(statement: string | QueryOptions): string {
  if (typeof statement === 'string') return statement;
  const { sql, ...asked } = statement;
  for (const [name, value] of Object.entries(asked)) {
    // For geometry, which no table has.
    if (name === 'typeCast') continue;
    if (Reflect.get(reading, name) !== value)
      throw new Error(`Prisma's adapter reads values by ${name}: ${value}, which connections do not know of`);
  }
  return sql;
}
