// The worker: runs effects, which are what is done elsewhere because of entries, such as calling an app. The module owns Stream.jobSeq and
// Stream.jobsDue. The log is the outbox (decision 37): an append marks its stream as due in its own transaction, the relay finds marked
// streams and hands them on, and a runner reads their entries and calls the effects.
//
// Promises:
// - Each entry's effects are called at least once, in order per stream, by one node at a time, whatever dies or is lost on the way.
// - An effect that fails too often is left as a dead job, and the stream goes on.
// - While nobody wants any effect, entries are passed over unread.
//
// It does not know what effects do.
export { createWorker, type Worker } from './create-worker.ts';
export type { Effect, EntryRun } from './effect.ts';
export type { Lag } from './lag.ts';
export type { Due, Held, Lead, Queue } from './queue.ts';
