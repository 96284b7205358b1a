import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import { createLog } from '../../src/log/index.ts';
import { mysqlDb } from '../support/db.ts';
import { promisesOfCommits } from './commit.contract.ts';

describe('commits on MariaDB', () => {
  promisesOfCommits(mysqlDb);

  test('go on two at a time, where many wait', async () => {
    await using db = await mysqlDb();
    await using bus = createMemoryBus();
    const batch = 128;
    await using log = createLog({ db, bus, logger: pino({ level: 'silent' }), limits: { batch, queue: 10_000, deadlineMs: 8_000 } });
    const newStream = () =>
      log.append({ lock: [], decide: async () => ({ create: [{ kind: 'GROUP' }], result: ({ created }) => created[0] ?? 0n }) });
    const streams = await Promise.all(Array.from({ length: 2 * batch }, newStream));
    const moreThanOne = Promise.withResolvers<void>();
    let deciding = 0;
    const seqs = await Promise.all(
      streams.map((stream) =>
        log.append({
          lock: [stream],
          async decide() {
            deciding += 1;
            if (deciding > batch) moreThanOne.resolve();
            await moreThanOne.promise;
            return {
              entries: () => [{ stream, actorId: 1n, entry: { type: 'MemberJoined', data: { userId: 1n } } }],
              result: ({ entries }) => entries[0]?.seq,
            };
          },
        }),
      ),
    );
    expect(seqs).toEqual(streams.map(() => 1));
  });
});
