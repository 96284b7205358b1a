import { expect } from 'vitest';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { DatabaseError } from '../../src/db/index.ts';

/**
 * The one line with which a MySQL URL is refused, in time for a node to log it at its start. Fails if it connects, or if the line contains
 * the password s3cret.
 */
export async function refused(url: string): Promise<string> {
  const start = performance.now();
  const error = await connectMysql({ url, connections: 3, writeDeadlineMs: 8_000 }).then(
    () => expect.fail('it connected'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseError);
  expect(performance.now() - start).toBeLessThan(15_000);
  const { message } = error as DatabaseError;
  expect(message).not.toContain('\n');
  expect(message).not.toContain('s3cret');
  return message;
}
