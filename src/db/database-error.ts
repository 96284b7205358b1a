/** A database that cannot be used as configured: nobody answers, it refuses, or its migrations do not fit. The message is one line that says what to do. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}
