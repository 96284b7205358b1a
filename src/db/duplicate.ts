import { PrismaClientKnownRequestError } from '@prisma/client/runtime/client';
import { SqlError } from 'mariadb';

// The server's number for it.
const duplicateEntry = 1062;

/** True for the error of a statement that would have made a second row under a primary or unique key, on both databases. */
export function isDuplicate(error: unknown): boolean {
  // Our own statements, on MySQL …
  if (error instanceof SqlError) return error.errno === duplicateEntry;
  // … Prisma's, and our own on SQLite.
  if (!(error instanceof PrismaClientKnownRequestError)) return false;
  if (error.code === 'P2002') return true;
  const driver = error.meta?.['driverAdapterError'];
  return driver instanceof Error && (driver.cause as { readonly kind?: unknown } | undefined)?.kind === 'UniqueConstraintViolation';
}
