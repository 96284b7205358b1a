import { expect } from 'vitest';
import { type Db, sql } from '../../src/db/index.ts';

const onMariadb = sql`
  SELECT l.lock_id FROM information_schema.INNODB_LOCK_WAITS w JOIN information_schema.INNODB_LOCKS l ON l.lock_id = w.requested_lock_id
  WHERE l.lock_table LIKE CONCAT('%', DATABASE(), '%')`;
const onMysql = sql`
  SELECT l.ENGINE_LOCK_ID FROM performance_schema.data_lock_waits w
  JOIN performance_schema.data_locks l ON l.ENGINE_LOCK_ID = w.REQUESTING_ENGINE_LOCK_ID WHERE l.OBJECT_SCHEMA = DATABASE()`;
// MariaDB only refreshes its lock tables if nobody has read them for 100 ms.
const unreadMs = 200;

/** Resolves once a transaction of a test's own database waits for a row that another one holds. */
export async function lockWait({ client }: Db): Promise<void> {
  const [about] = await client.$queryRaw<{ version: string }[]>`SELECT VERSION() AS version`;
  const waiting = about?.version.includes('MariaDB') ? onMariadb : onMysql;
  await expect
    .poll(async () => (await client.$queryRaw<unknown[]>(waiting)).length, { interval: unreadMs, timeout: 5_000 })
    .toBeGreaterThan(0);
}
