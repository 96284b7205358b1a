import { EventEmitter, once } from 'node:events';
import type { Effect, EntryRun } from '../../src/worker/index.ts';

/** An effect that records what it is called for. */
export interface Recorder extends Effect {
  /** The `seq` of each entry it was called for, by stream, in the order of the calls. */
  readonly seen: ReadonlyMap<bigint, readonly number[]>;
  /** Runs before anything is recorded. If it throws, the effect fails. */
  before: (run: EntryRun, signal: AbortSignal) => Promise<void>;
  isWanted: boolean;
  /** Resolves when a number of entries of a stream have been seen, without repetitions. */
  until(streamId: bigint, count: number): Promise<void>;
}

// Enough for two busy cores. A test that needs more is stuck.
const untilMs = 20_000;

/** Creates one. */
export function createRecorder(name = 'recorder'): Recorder {
  const seen = new Map<bigint, number[]>();
  const calls = new EventEmitter().setMaxListeners(100);
  const recorder: Recorder = {
    name,
    seen,
    before: async () => undefined,
    isWanted: true,
    wanted: async () => recorder.isWanted,
    async act(run, signal) {
      await recorder.before(run, signal);
      seen.set(run.streamId, [...(seen.get(run.streamId) ?? []), ...run.entries.map(({ seq }) => seq)]);
      calls.emit('call');
    },
    async until(streamId, count) {
      const signal = AbortSignal.timeout(untilMs);
      while (new Set(seen.get(streamId)).size < count) await once(calls, 'call', { signal });
    },
  };
  return recorder;
}
