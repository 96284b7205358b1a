// Prisma's own tags, from the part of the generated code that creates no client. They serve both databases.
//
// Write names of tables and columns without quotes or in backticks, which both databases read. Results differ in two points: on SQLite,
// Stream.id is a number (wrap it in BigInt()); on MySQL, a boolean is 0 or 1.
export { empty, join, raw, Sql, sql } from './generated/mysql/internal/prismaNamespace.ts';
