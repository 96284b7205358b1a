import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryQueue } from '../../src/worker/queue.memory.ts';
import { createRelay } from '../../src/worker/relay.ts';
import { sqliteDb } from '../support/db.ts';
import { createRecorder } from './recorder.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test.each([
  true,
  false,
])('a relay that looks several times a second asks once a second whether anybody wants anything (%s)', async (isWanted) => {
  await using db = await sqliteDb();
  const recorder = createRecorder();
  let asked = 0;
  async function wanted(): Promise<boolean> {
    asked += 1;
    return isWanted;
  }
  const parts = { db, queue: createMemoryQueue(), logger: pino({ level: 'silent' }), visibilityMs: 1_000 };
  const relay = createRelay({ ...parts, effects: [{ ...recorder, wanted }] });
  for (let looks = 0; looks < 4; looks += 1) await relay.round();
  vi.advanceTimersByTime(999);
  await relay.round();
  expect(asked).toBe(1);
  vi.advanceTimersByTime(1);
  await relay.round();
  expect(asked).toBe(2);
});
