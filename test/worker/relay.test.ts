import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryBus } from '../../src/bus/bus.memory.ts';
import type { Db } from '../../src/db/index.ts';
import { createLog } from '../../src/log/index.ts';
import { createMemoryQueue } from '../../src/worker/queue.memory.ts';
import { createRelay } from '../../src/worker/relay.ts';
import { sqliteDb } from '../support/db.ts';
import { createRecorder } from './recorder.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const logger = pino({ level: 'silent' });

function relayFor(db: Db, wanted: () => Promise<boolean>) {
  const queue = createMemoryQueue();
  return { queue, relay: createRelay({ db, queue, logger, visibilityMs: 1_000, effects: [{ ...createRecorder(), wanted }] }) };
}

test.each([
  true,
  false,
])('a relay that runs several times a second asks once a second whether an effect wants entries (%s)', async (isWanted) => {
  await using db = await sqliteDb();
  const wanted = vi.fn(async () => isWanted);
  const { relay } = relayFor(db, wanted);
  for (let looks = 0; looks < 4; looks += 1) await relay.round();
  vi.advanceTimersByTime(999);
  await relay.round();
  expect(wanted).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  await relay.round();
  expect(wanted).toHaveBeenCalledTimes(2);
});

test('entries that are logged after the question whether any effect wants them are left for the next one that does', async () => {
  await using db = await sqliteDb();
  await using log = createLog({ db, bus: createMemoryBus(), logger });
  const stream = await log.append({
    lock: [],
    decide: async () => ({ create: [{ kind: 'ACCOUNT' }], result: ({ created: [id = 0n] }) => id }),
  });
  let isWanted = false;
  const { queue, relay } = relayFor(db, async () => {
    if (isWanted) return true;
    // The database's clock counts in ms.
    const asked = await db.now();
    await vi.waitUntil(async () => (await db.now()) > asked, { interval: 1 });
    await log.append({
      lock: [stream],
      decide: async () => ({
        entries: () => [{ stream, actorId: stream, entry: { type: 'ProfileChanged', data: {} } }],
        result: () => undefined,
      }),
    });
    return false;
  });
  await relay.round();
  isWanted = true;
  vi.advanceTimersByTime(1_000);
  await relay.round();
  expect(await queue.take(1, AbortSignal.timeout(1_000))).toMatchObject([{ streamId: stream, upTo: 1 }]);
});
