import { type Db, inPieces, selectJobs, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { isUuid, uuidBytes, uuidText } from '../uuid.ts';
import { type JobKind, jobKinds } from './job.ts';
import type { JobRow } from './store.ts';

/** How a job stands: it waits for its time or is being done, or has failed for good. */
export const jobStates = ['PENDING', 'DEAD'] as const;
export type JobState = (typeof jobStates)[number];

/** A job as operators see it. */
export interface LeftJob {
  /** UUID text. */
  readonly id: string;
  /** A newer release's may be none of ours. */
  readonly kind: string;
  readonly key: string;
  /** JSON: ids and immutable facts. */
  readonly data: string;
  readonly state: JobState;
  readonly dueAt: Date;
  readonly createdAt: Date;
  /** Failures so far. */
  readonly attempts: number;
  /** The last of them; null: none. */
  readonly failure: string | null;
}

/** How many jobs there are of a kind and state. */
export interface JobCount {
  readonly kind: string;
  readonly state: JobState;
  readonly count: number;
}

/** Which part of the jobs. */
export interface JobPage {
  readonly state: JobState;
  readonly kind?: JobKind | null | undefined;
  readonly first: number;
  /** A job's key, as a page has it. */
  readonly after?: string | undefined;
}

/** What was left for later, for operators. All may throw ChatError UNAVAILABLE. */
export interface Backlog {
  /** Jobs of a state, first those that are or were due first. */
  list(
    page: JobPage,
  ): Promise<{ readonly items: readonly { readonly job: LeftJob; readonly key: string }[]; readonly hasNextPage: boolean }>;
  /** Null: it is done, was discarded, or never was. */
  byId(id: string): Promise<LeftJob | null>;
  /** Of which there are any, in no order. */
  counts(): Promise<readonly JobCount[]>;
  /** Has a dead job tried again, at once and as often as a new one. One that is not dead is answered as it stands. Throws ChatError NOT_FOUND. */
  replay(id: string): Promise<LeftJob>;
  /** Gives a dead job up, and answers what it was. Throws ChatError NOT_FOUND, and CONFLICT where it is not dead: what it is to do may be half done. */
  discard(id: string): Promise<LeftJob>;
}

/** Makes it over a database. */
export function createBacklog({ db }: { readonly db: Db }): Backlog {
  async function one(tx: Tx, id: string): Promise<LeftJob | null> {
    const row = isUuid(id) ? await tx.job.findUnique({ where: { id: uuidBytes(id) } }) : null;
    return row && leftJob(row);
  }

  async function required(tx: Tx, id: string): Promise<LeftJob> {
    const job = await one(tx, id);
    if (job === null) throw new ChatError('NOT_FOUND', 'Job not found. It may be done or discarded.', { field: ['id'] });
    return job;
  }

  return {
    byId: (id) => one(db.client, id),
    async list({ state, kind = null, first, after }) {
      const places = await selectJobs(db.client, { state, kind, limit: first + 1, after: after === undefined ? null : readKey(after) });
      const ids = places.slice(0, first).map(({ id }) => Uint8Array.from(id));
      const rows = await inPieces(ids, (piece) => db.client.job.findMany({ where: { id: { in: [...piece] } } }));
      const found = new Map(rows.map((row) => [uuidText(row.id), leftJob(row)]));
      // What was done between the two reads is left out.
      const jobs = ids.flatMap((id) => found.get(uuidText(id)) ?? []);
      return { items: jobs.map((job) => ({ job, key: `${job.dueAt.getTime()}:${job.id}` })), hasNextPage: places.length > first };
    },
    async counts() {
      const groups = await db.client.job.groupBy({ by: ['kind', 'state'], _count: { _all: true } });
      return groups.map(({ kind, state, _count }) => ({ kind, state: state as JobState, count: _count._all }));
    },
    replay: (id) =>
      db.commitAgain(async (tx) => {
        const job = await required(tx, id);
        if (job.state === 'PENDING') return job;
        const fresh = { state: 'PENDING', attempts: 0, dueAt: await db.now(tx) };
        await tx.job.updateMany({ where: { id: uuidBytes(id), state: 'DEAD' }, data: fresh });
        return await required(tx, id);
      }),
    discard: (id) =>
      db.transaction(async (tx) => {
        const job = await required(tx, id);
        const { count } = await tx.job.deleteMany({ where: { id: uuidBytes(id), state: 'DEAD' } });
        if (count === 1) return job;
        throw new ChatError('CONFLICT', 'This job is not dead. It is done or will be retried automatically.', { field: ['id'] });
      }),
  };
}

/** The kinds of jobs, in the order of the table. */
export const jobKindNames = Object.keys(jobKinds) as readonly JobKind[];

function leftJob({ id, state, heldBy: _heldBy, ...job }: JobRow): LeftJob {
  return { ...job, id: uuidText(id), state: state as JobState };
}

function readKey(key: string) {
  const [ms = '', id = ''] = key.split(':');
  return { dueAt: new Date(Number(ms)), id: uuidBytes(id) };
}
