import pino from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Db } from '../../src/db/index.ts';
import { createRound, type Keeping } from '../../src/retention/round.ts';
import { sqliteDb } from '../support/db.ts';

const minuteMs = 60_000;
const { signal } = new AbortController();
let db: Db;
let aheadMs = 0;

beforeAll(async () => {
  db = await sqliteDb();
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await db[Symbol.asyncDispose]();
});

/** Makes turns of a round over the streams 1 to 3, until it is over. Returns the streams that were trimmed in each. */
async function turns(slow: {
  readonly reading: boolean;
  readonly trims: (id: bigint) => boolean;
}): Promise<readonly (readonly bigint[])[]> {
  const done = new Set<bigint>();
  const all: bigint[][] = [];
  const keeping: Keeping = {
    ...{ job: 'HistoryRound', start: 0n, pauseMs: minuteMs, firstLookMs: minuteMs, lookMs: minuteMs, streamsAtOnce: 10 },
    ...{ entriesAtOnce: [1], failed: 'not trimmed' },
    trimming: async () => ({
      async overdue({ after }) {
        if (slow.reading) aheadMs += minuteMs;
        return { ids: [1n, 2n, 3n].filter((id) => id > after && !done.has(id)), last: null };
      },
      async trimNext({ streamId }) {
        if (!slow.trims(streamId)) {
          aheadMs += minuteMs;
          throw new TypeError('this stream cannot be trimmed');
        }
        done.add(streamId);
        all.at(-1)?.push(streamId);
        return false;
      },
    }),
  };
  const round = createRound({ db, logger: pino({ level: 'silent' }), keeping });
  let after = 0n;
  do {
    all.push([]);
    await round.go(after, signal);
    const { data } = await db.client.job.findFirstOrThrow({ where: { kind: 'HistoryRound' } });
    after = BigInt(JSON.parse(data).after);
  } while (after > 0n && all.length < 10);
  return all;
}

test('a round in which reading takes longer than a turn trims what it has read', async () => {
  expect(await turns({ reading: true, trims: () => true })).toEqual([[1n, 2n, 3n]]);
});

test('a round in which a stream fails for longer than a turn goes on with those after it', async () => {
  expect(await turns({ reading: false, trims: (id) => id > 1n })).toEqual([[], [2n, 3n]]);
});
