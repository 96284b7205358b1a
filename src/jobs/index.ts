// Jobs: work that is left for after a commit. A job is written in the transaction that needs it, and run by whichever node comes first. The
// module owns the table Job.
//
// Promises:
// - A committed job runs at least once; one that was rolled back never runs.
// - There is one job per kind and key. Leaving it again replaces it.
// - A job that fails is retried with back-off. After too many failures, it stays in the table as DEAD.
//
// The function that does a job must be idempotent. The module does not know what the kinds mean.
export { type Backlog, createBacklog, type JobCount, type JobState, jobKindNames, jobStates, type LeftJob } from './backlog.ts';
export { createJobs, type Jobs } from './create-jobs.ts';
export type { JobData, JobHandlers, JobKind, NewJob } from './job.ts';
export { cancelJob, putDeadJob, putJob, putJobOnce, reviveJob } from './store.ts';
