// What is done after a commit: work that is left in the transaction that calls for it, and taken up by whichever node comes first.
// Owns Job. Promises: what was committed is done at least once, and what was rolled back never; of a kind there is one under a key, and leaving it again
// replaces it; what fails is tried again, ever later, and stays in the table as DEAD once it has failed too often. A job that is done twice is to be
// the same as once: its doer sees to that. Does not know what the kinds mean.
export { type Backlog, createBacklog, type JobCount, type JobState, jobKindNames, jobStates, type LeftJob } from './backlog.ts';
export { createJobs, type Jobs } from './create-jobs.ts';
export type { Doers, JobData, JobKind, NewJob } from './job.ts';
export { cancelJob, leaveDead, leaveJob, leaveJobOnce } from './store.ts';
