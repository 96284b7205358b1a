import type { Db, Tx } from '../../src/db/index.ts';

/** Returns what a read of a MariaDB finds, and how many rows it reads. The count itself adds some hundred rows. */
export function readingOf<T>(db: Db, read: (tx: Tx) => Promise<T>): Promise<readonly [found: T, rows: number]> {
  return db.snapshot(async (tx) => {
    const rows = async () => {
      const status = await tx.$queryRaw<{ Variable_name: string; Value: string }[]>`SHOW SESSION STATUS LIKE 'Handler_read%'`;
      return status.reduce((sum, { Value }) => sum + Number(Value), 0);
    };
    const before = await rows();
    return [await read(tx), (await rows()) - before];
  });
}
