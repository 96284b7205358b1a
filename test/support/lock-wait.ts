import { expect } from 'vitest';
import type { Db } from '../../src/db/index.ts';

// What InnoDB tells of transactions it looks up anew only where nobody has asked for 100 ms.
const unreadMs = 200;

/** Resolves when a statement about a table waits for a row that another transaction holds. MariaDB and MySQL. */
export async function lockWait({ client }: Db, table: string): Promise<void> {
  const isAboutIt = `%${table}%`;
  const waiting = () =>
    client.$queryRaw<
      unknown[]
    >`SELECT trx_id FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE ${isAboutIt}`;
  await expect.poll(async () => (await waiting()).length, { interval: unreadMs }).toBeGreaterThan(0);
}
