/**
 * The database cannot be used as configured: it does not answer, it refuses, or its migrations do not match. The message is one line that
 * says what to do.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}
