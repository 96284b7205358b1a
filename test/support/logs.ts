import pino from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { createLog, type Entry } from '../../src/log/index.ts';
import type { Stores } from './stores.ts';

/** The logs of a deployment, read directly from its database. */
export interface Logs extends AsyncDisposable {
  /** Returns a stream's entries, oldest first. */
  entries(streamId: bigint): Promise<readonly Entry[]>;
}

/** Connects to the MariaDB of these stores. */
export async function logsOf({ env }: Stores): Promise<Logs> {
  const db = await connectMysql({ url: env['DATABASE_URL'] ?? '', connections: 4, writeDeadlineMs: 8_000, serverKey: true });
  const log = createLog({ db, bus: createMemoryBus(), logger: pino({ level: 'silent' }) });
  return {
    entries: async (streamId) => (await log.read(streamId, { after: 0, limit: 10_000 })).entries,
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  };
}
