import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { readConfig } from '../../src/config/index.ts';
import { createLog } from '../../src/log/index.ts';
import { createWorker } from '../../src/worker/index.ts';
import { createMemoryQueue } from '../../src/worker/queue.memory.ts';
import { mysqlDb } from '../support/db.ts';
import { createRecorder } from './recorder.ts';
import { promisesOfWorkers } from './worker.contract.ts';

describe('the worker on MariaDB', () => {
  promisesOfWorkers(mysqlDb);

  test('records what is done of other streams while another node holds one, and repeats nothing of them', async () => {
    await using db = await mysqlDb();
    await using bus = createMemoryBus();
    const logger = pino({ level: 'silent' });
    await using log = createLog({ db, bus, logger });
    const newStream = () =>
      log.append({
        lock: [],
        decide: async () => ({
          create: [{ kind: 'ACCOUNT' }],
          entries: ([stream = 0n]) => [{ stream, actorId: stream, entry: { type: 'ProfileChanged', data: {} } }],
          result: ({ created }) => created[0] ?? 0n,
        }),
      });
    const held = await newStream();
    const free = await Promise.all(Array.from({ length: 5 }, newStream));
    const [holds, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = db.transaction(async (tx) => {
      await db.lockStreams(tx, [held]);
      holds.resolve();
      await release.promise;
    });
    await holds.promise;
    const effect = createRecorder();
    const due = () => db.client.stream.findMany({ where: { jobsDue: true, id: { gt: 0n } }, select: { id: true } });
    const config = readConfig({ WORKER_POLL_MS: '10' });
    await using worker = createWorker({ db, log, queue: createMemoryQueue(), effects: [effect], logger, config });
    worker.begin();
    await expect.poll(due).toEqual([{ id: held }]);
    release.resolve();
    await holding;
    await expect.poll(due).toEqual([]);
    expect([held, ...free].map((stream) => effect.seen.get(stream))).toEqual([held, ...free].map(() => [1]));
  });
});
