// Prisma's own tags, from the part of the generated code that makes no client: they serve both databases.
export { join, sql } from './generated/mysql/internal/prismaNamespace.ts';
