// From the log to effects: what is done elsewhere because of entries, such as calling an app. Owns Stream.jobSeq and jobsDue. The log is the outbox: an append marks its stream
// as due in its transaction, the relay finds what is marked and hands it on, a runner reads the entries and calls the effects. Promises: each entry's effects
// are called at least once, those of a stream in order, by one node at a time, whatever dies or is lost on the way; what fails too often is left as a
// dead job, and the stream goes on. Does not know what effects do. What nobody wants is passed over unread.
export { createWorker, type Worker } from './create-worker.ts';
export type { Effect, EntryRun } from './effect.ts';
export type { Lag } from './lag.ts';
export type { Due, Held, Lead, Queue } from './queue.ts';
