import { PrismaClientKnownRequestError } from '@prisma/client/runtime/client';

/** True for the error of a statement that would have made a second row under a primary or unique key, on both databases. */
export function isDuplicate(error: unknown): boolean {
  // Prisma's own code for it; raw statements carry the driver's error instead.
  if (!(error instanceof PrismaClientKnownRequestError)) return false;
  if (error.code === 'P2002') return true;
  const driver = error.meta?.['driverAdapterError'];
  return driver instanceof Error && (driver.cause as { readonly kind?: unknown } | undefined)?.kind === 'UniqueConstraintViolation';
}
