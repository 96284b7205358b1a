import type { Db, Tx } from '../db/index.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { JobKind, NewJob } from './job.ts';

/** A job's row. */
export type JobRow = Awaited<ReturnType<Tx['job']['findMany']>>[number];

/** Leaves a job in the transaction that needs it. Replaces a job of the same kind and key. */
export async function putJob(tx: Tx, job: NewJob): Promise<void> {
  await put(tx, job, { attempts: 0, state: 'PENDING', failure: null });
}

/**
 * Leaves a job unless there is one of the same kind and key. Throws the error of a duplicate if another transaction leaves it at the same
 * time.
 */
export async function putJobOnce(tx: Tx, { kind, key, data, dueAt }: NewJob): Promise<void> {
  const known = await tx.job.findUnique({ where: { kind_key: { kind, key } }, select: { id: true } });
  if (known !== null) return;
  await tx.job.create({
    data: { id: uuidBytes(newUuid()), kind, key, data: JSON.stringify(data, decimal), dueAt, createdAt: leftAt(dueAt) },
  });
}

/**
 * Leaves a job as DEAD: it has failed too often and runs again only if an operator replays it. The first 1,000 characters of the reason are
 * kept.
 */
export async function putDeadJob(
  tx: Tx,
  job: NewJob,
  { reason, attempts }: { readonly reason: string; readonly attempts: number },
): Promise<void> {
  await put(tx, job, { attempts, state: 'DEAD', failure: reason.slice(0, 1_000) });
}

/** Leaves a job in place of one that has failed too often, or that is gone. One that is pending keeps its time and attempts. */
export async function reviveJob(tx: Tx, job: NewJob): Promise<void> {
  const known = await tx.job.findUnique({ where: { kind_key: { kind: job.kind, key: job.key } }, select: { state: true } });
  if (known?.state !== 'PENDING') await putJob(tx, job);
}

async function put(tx: Tx, { kind, key, data, dueAt }: NewJob, stand: Pick<JobRow, 'attempts' | 'state' | 'failure'>): Promise<void> {
  const fresh = { data: JSON.stringify(data, decimal), dueAt, heldBy: null, ...stand };
  // Prisma's upsert reads first on MySQL and then updates the row it saw. If the job is finished and removed in between, the update changes
  // nothing.
  const { count } = await tx.job.updateMany({ where: { kind, key }, data: fresh });
  if (count === 0) await tx.job.create({ data: { id: uuidBytes(newUuid()), kind, key, ...fresh, createdAt: leftAt(dueAt) } });
}

// For people to read, so this machine's clock is good enough. A job that is due at once by the database's clock was not created later than
// that.
function leftAt(dueAt: Date): Date {
  return new Date(Math.min(Date.now(), dueAt.getTime()));
}

/** Removes the job of this kind and key, if there is one. */
export async function cancelJob(tx: Tx, kind: JobKind, key: string): Promise<void> {
  await tx.job.deleteMany({ where: { kind, key } });
}

/** Which jobs a node takes up. */
export interface Taking {
  /** The kinds that this release knows. While releases are mixed, newer ones leave jobs that older ones cannot do. */
  readonly kinds: readonly string[];
  readonly limit: number;
  readonly leaseMs: number;
  readonly nodeId: string;
}

/** Takes up due jobs, the earliest due time first, and leases them for `leaseMs`. */
export async function takeDue(db: Db, { kinds, limit, leaseMs, nodeId }: Taking): Promise<readonly JobRow[]> {
  // Nearly always nothing is due, which a plain read finds.
  const now = await db.now();
  const due = await db.client.job.findMany({
    where: { state: 'PENDING', dueAt: { lte: now }, kind: { in: [...kinds] } },
    orderBy: [{ dueAt: 'asc' }, { id: 'asc' }],
    take: limit,
  });
  if (due.length === 0) return [];
  const leasedUntil = new Date(now.getTime() + leaseMs);
  return db.transaction(async (tx) => {
    const taken: JobRow[] = [];
    for (const row of due) if (await moveOn(tx, row, { dueAt: leasedUntil, heldBy: nodeId })) taken.push({ ...row, dueAt: leasedUntil });
    return taken;
  });
}

/** Makes the jobs of a dead node due at once. `leaseMs`: the lease with which they were taken up. */
export async function freeOf(db: Db, { nodeId, leaseMs }: { readonly nodeId: string; readonly leaseMs: number }): Promise<void> {
  await db.commitIdempotent(async (tx) => {
    const now = await db.now(tx);
    // A leased job is due within a lease, which makes this a range of the index.
    const leased = { gt: now, lte: new Date(now.getTime() + leaseMs) };
    await tx.job.updateMany({ where: { state: 'PENDING', dueAt: leased, heldBy: nodeId }, data: { dueAt: now, heldBy: null } });
  });
}

/** Extends a job's lease. Null if another node has taken the job or it has been replaced. */
export async function renewLease(db: Db, row: JobRow, leaseMs: number): Promise<JobRow | null> {
  const until = new Date((await db.now()).getTime() + leaseMs);
  return (await db.transaction((tx) => moveOn(tx, row, { dueAt: until }))) ? { ...row, dueAt: until } : null;
}

// A job that was left again has no holder, even if it is due at the very time at which the lease would have ended.
const held = { heldBy: { not: null } };

/** Removes a job that is done, unless it was left again meanwhile. */
export async function finishJob(db: Db, { id, dueAt }: JobRow): Promise<void> {
  await db.transaction((tx) => tx.job.deleteMany({ where: { id, dueAt, ...held } }));
}

/** A failed attempt. */
export interface Failure {
  /** The reason. 1,000 characters of it are stored. */
  readonly reason: string;
  /** The time until the next attempt, in ms. Null: give the job up. */
  readonly retryMs: number | null;
  /** Whether the failure counts towards the limit of attempts. */
  readonly counts: boolean;
}

/** Postpones a failed job or marks it as DEAD, unless it was left again meanwhile. */
export async function putOff(db: Db, { id, dueAt, attempts }: JobRow, { reason, retryMs, counts }: Failure): Promise<void> {
  const again = retryMs === null ? {} : { dueAt: new Date((await db.now()).getTime() + retryMs) };
  const state = retryMs === null ? 'DEAD' : 'PENDING';
  await db.transaction((tx) =>
    tx.job.updateMany({
      where: { id, dueAt, ...held },
      data: { ...again, heldBy: null, state, attempts: attempts + (counts ? 1 : 0), failure: reason.slice(0, 1_000) },
    }),
  );
}

async function moveOn(tx: Tx, { id, dueAt }: JobRow, to: Pick<JobRow, 'dueAt'> & Partial<Pick<JobRow, 'heldBy'>>): Promise<boolean> {
  const { count } = await tx.job.updateMany({ where: { id, dueAt, state: 'PENDING' }, data: to });
  return count === 1;
}

function decimal(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
