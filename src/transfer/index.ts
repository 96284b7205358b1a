// Transfers: taking an embedded deployment to MySQL or MariaDB.
//
// Promises:
// - Everything stored is copied unchanged: ids, seqs, the epoch, sessions, jobs. The signing key comes along. So clients resume with their
//   positions, and users stay signed in.
// - If there is an obstacle, nothing is done.
// - No node starts on a target that is not complete. The same command starts over.
// - The source is only read.
// - Memory does not grow with the data.
//
// Knows which tables are state (treatments.ts), but not what their rows mean.

export { createTransfer, type Transfer, type TransferPlan, type TransferProgress } from './create-transfer.ts';
export { keysToBring } from './keys.ts';
