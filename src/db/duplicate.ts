import { PrismaClientKnownRequestError } from '@prisma/client/runtime/client';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { SqlError } from 'mariadb';

// The server's number for it.
const duplicateEntry = 1062;

/** True for the error of a statement that would have made a second row under a primary or unique key, on both databases. */
export function isDuplicate(error: unknown): boolean {
  // Our own statements, on MySQL and on SQLite …
  if (error instanceof SqlError) return error.errno === duplicateEntry;
  if (error instanceof DriverAdapterError) return error.cause.kind === 'UniqueConstraintViolation';
  // … and Prisma's.
  return error instanceof PrismaClientKnownRequestError && error.code === 'P2002';
}
