import pino from 'pino';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { connectMysql } from '../../src/db/db.mysql.ts';
import { createLog } from '../../src/log/index.ts';
import { write } from './writing.ts';

// A process that logs some hundred entries a second until it is killed. As fast as it can, it would leave the workers with thousands when it
// is: a third of the test.

const { DATABASE_URL = '', STREAMS = '', SEED = '1' } = process.env;
const db = await connectMysql({ url: DATABASE_URL, connections: 4, writeDeadlineMs: 20_000 });
const log = createLog({ db, bus: createMemoryBus(), logger: pino({ level: 'silent' }) });
process.stdout.write('ready\n');
await write(log, { streams: STREAMS.split(',').map(BigInt), seed: Number(SEED), entries: Number.POSITIVE_INFINITY, pauseMs: 40 });
