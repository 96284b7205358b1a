// Prisma's own tags, from the part of the generated code that makes no client: they serve both databases. Names of tables and columns go
// without quotes or between backticks, which both read. What comes back differs in two points: on SQLite Stream.id is a number (wrap it in
// BigInt()), on MySQL a boolean is 0 or 1.
export { empty, join, raw, Sql, sql } from './generated/mysql/internal/prismaNamespace.ts';
