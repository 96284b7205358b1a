import { EventEmitter, once } from 'node:events';
import type { Effect, EntryRun } from '../../src/worker/index.ts';

/** An effect that notes what it is called for. */
export interface Recorder extends Effect {
  /** `seq` of each entry it was called for, stream by stream, in the order of the calls. */
  readonly seen: ReadonlyMap<bigint, readonly number[]>;
  /** Called before it notes anything; what it throws is the effect's failure. */
  before: (run: EntryRun, signal: AbortSignal) => Promise<void>;
  isWanted: boolean;
  /** Resolves when so many entries of a stream have been seen, repetitions not counted. */
  until(streamId: bigint, count: number): Promise<void>;
}

// On two busy cores; a test that needs more is stuck.
const untilMs = 20_000;

/** Makes one. */
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
