import pino from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { createLog } from '../../src/log/index.ts';
import { randomFrom } from '../support/random.ts';

// A process that logs entries on some streams in a seeded order until it has logged a number of them or is killed.

const { DATABASE_URL = '', STREAMS = '', SEED = '1', ENTRIES = '0' } = process.env;
const db = await connectMysql({ url: DATABASE_URL, connections: 4, writeDeadlineMs: 20_000 });
const log = createLog({ db, bus: createMemoryBus(), logger: pino({ level: 'silent' }) });
const streams = STREAMS.split(',').map(BigInt);
const random = randomFrom(Number(SEED));
process.stdout.write('ready\n');

for (let logged = 0; logged < Number(ENTRIES); ) {
  // In bursts, some of which share a commit.
  const burst = 1 + Math.floor(random() * 8);
  await Promise.all(
    Array.from({ length: burst }, () => {
      const stream = streams[Math.floor(random() * streams.length)] ?? 0n;
      return log.append({
        lock: [stream],
        decide: async () => ({
          entries: () => [{ stream, actorId: null, entry: { type: 'ProfileChanged', data: {} } }],
          result: () => undefined,
        }),
      });
    }),
  );
  logged += burst;
}
process.exit(0);
