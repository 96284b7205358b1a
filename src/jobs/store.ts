import type { Db, Tx } from '../db/index.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { JobKind, NewJob } from './job.ts';

/** A job's row. */
export type JobRow = Awaited<ReturnType<Tx['job']['findMany']>>[number];

/** Leaves a job with the transaction that calls for it, in place of the one under the same key. */
export async function leaveJob(tx: Tx, job: NewJob): Promise<void> {
  await put(tx, job, { attempts: 0, state: 'PENDING', failure: null });
}

/** Leaves a job where none is left under its key. Throws as for a duplicate where another transaction leaves it at the same time. */
export async function leaveJobOnce(tx: Tx, { kind, key, data, dueAt }: NewJob): Promise<void> {
  const known = await tx.job.findUnique({ where: { kind_key: { kind, key } }, select: { id: true } });
  if (known !== null) return;
  await tx.job.create({
    data: { id: uuidBytes(newUuid()), kind, key, data: JSON.stringify(data, decimal), dueAt, createdAt: leftAt(dueAt) },
  });
}

/** Leaves what has failed so often that it is not tried again unless an operator says so. Of the reason 1,000 characters are kept. */
export async function leaveDead(
  tx: Tx,
  job: NewJob,
  { reason, attempts }: { readonly reason: string; readonly attempts: number },
): Promise<void> {
  await put(tx, job, { attempts, state: 'DEAD', failure: reason.slice(0, 1_000) });
}

async function put(tx: Tx, { kind, key, data, dueAt }: NewJob, stand: Pick<JobRow, 'attempts' | 'state' | 'failure'>): Promise<void> {
  const fresh = { data: JSON.stringify(data, decimal), dueAt, heldBy: null, ...stand };
  // Prisma's upsert looks first on MySQL, and then changes what it has seen: nothing, where whoever did the job removes it between the two.
  const { count } = await tx.job.updateMany({ where: { kind, key }, data: fresh });
  if (count === 0) await tx.job.create({ data: { id: uuidBytes(newUuid()), kind, key, ...fresh, createdAt: leftAt(dueAt) } });
}

// For people to read, so this machine's clock will do; what is due at once by the database's was not left later than that.
function leftAt(dueAt: Date): Date {
  return new Date(Math.min(Date.now(), dueAt.getTime()));
}

/** Takes back what was left under a key; where nothing is, nothing happens. */
export async function cancelJob(tx: Tx, kind: JobKind, key: string): Promise<void> {
  await tx.job.deleteMany({ where: { kind, key } });
}

/** Which jobs a node takes up. */
export interface Taking {
  /** What it knows how to do: while releases are mixed, the newer ones leave jobs of which an older one has never heard. */
  readonly kinds: readonly string[];
  readonly limit: number;
  readonly leaseMs: number;
  readonly nodeId: string;
}

/** Takes up what is due, in the order in which it became so: for `leaseMs` nobody else does. */
export async function takeDue(db: Db, { kinds, limit, leaseMs, nodeId }: Taking): Promise<readonly JobRow[]> {
  // Nearly always there is nothing, which a plain read finds.
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

/** Makes due at once what a node is at that has died. `leaseMs`: as it was taken up with. */
export async function freeOf(db: Db, { nodeId, leaseMs }: { readonly nodeId: string; readonly leaseMs: number }): Promise<void> {
  await db.commitAgain(async (tx) => {
    const now = await db.now(tx);
    // What is leased is due within a lease, which a range of the index is.
    const leased = { gt: now, lte: new Date(now.getTime() + leaseMs) };
    await tx.job.updateMany({ where: { state: 'PENDING', dueAt: leased, heldBy: nodeId }, data: { dueAt: now, heldBy: null } });
  });
}

/** Keeps a job for longer; null where somebody has taken or replaced it. */
export async function renewLease(db: Db, row: JobRow, leaseMs: number): Promise<JobRow | null> {
  const until = new Date((await db.now()).getTime() + leaseMs);
  return (await db.transaction((tx) => moveOn(tx, row, { dueAt: until }))) ? { ...row, dueAt: until } : null;
}

// What is left anew is held by nobody, even where it happens to be due when its lease would have ended.
const held = { heldBy: { not: null } };

/** Removes what was done, unless it was left anew meanwhile. */
export async function finishJob(db: Db, { id, dueAt }: JobRow): Promise<void> {
  await db.transaction((tx) => tx.job.deleteMany({ where: { id, dueAt, ...held } }));
}

/** What became of a try. */
export interface Failure {
  /** Why, up to 1,000 characters. */
  readonly reason: string;
  /** After how many ms it is tried again; null: never. */
  readonly retryMs: number | null;
  /** Whether it is one of those after which it is given up. */
  readonly counts: boolean;
}

/** Puts off what failed, unless it was left anew meanwhile. */
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
