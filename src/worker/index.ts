// The worker: what is done because of entries, once they are stored. Owns what an effect is. Does not know what effects do.
export type { Effect, EntryRun } from './effect.ts';
