import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../src/log/index.ts';
import { randomFrom } from '../support/random.ts';

/** Logs a number of entries on some streams, in a seeded order. `pauseMs`: between two bursts. */
export async function write(
  log: Log,
  {
    streams,
    seed,
    entries,
    pauseMs = 0,
  }: { readonly streams: readonly bigint[]; readonly seed: number; readonly entries: number; readonly pauseMs?: number },
): Promise<void> {
  const random = randomFrom(seed);
  for (let logged = 0; logged < entries; ) {
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
    if (pauseMs > 0) await delay(pauseMs);
  }
}
