import { PrismaClientKnownRequestError } from '@prisma/client/runtime/client';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { SqlError } from 'mariadb';

// ER_DUP_ENTRY.
const duplicateEntry = 1062;

/** Whether a statement failed because it would have made a second row under a primary or unique key, on either database. */
export function isDuplicate(error: unknown): boolean {
  // Raw statements, on MySQL and on SQLite.
  if (error instanceof SqlError) return error.errno === duplicateEntry;
  if (error instanceof DriverAdapterError) return error.cause.kind === 'UniqueConstraintViolation';
  // Prisma's own queries.
  return error instanceof PrismaClientKnownRequestError && error.code === 'P2002';
}
