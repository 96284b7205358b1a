import { PrismaClientKnownRequestError } from '@prisma/client/runtime/client';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import type { SqlError } from 'mariadb';

// ER_DUP_ENTRY.
const duplicateEntry = 1062;

/** Whether a statement failed because it would have made a second row under a primary or unique key, on either database. */
export function isDuplicate(error: unknown): boolean {
  // Raw statements, on MySQL and on SQLite.
  if (isSqlError(error)) return error.errno === duplicateEntry;
  if (error instanceof DriverAdapterError) return error.cause.kind === 'UniqueConstraintViolation';
  // Prisma's own queries.
  return error instanceof PrismaClientKnownRequestError && error.code === 'P2002';
}

// Known by its name: the class is part of the driver, which a node on SQLite does not load.
function isSqlError(error: unknown): error is SqlError {
  return error instanceof Error && error.name === 'SqlError';
}
