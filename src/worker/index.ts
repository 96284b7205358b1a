// The worker.
export type { Effect, EntryRun } from './effect.ts';
