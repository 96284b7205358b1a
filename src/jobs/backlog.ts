import { type Db, inPieces, selectJobs, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Listed, ListRequest } from '../page.ts';
import { isUuid, uuidBytes, uuidText } from '../uuid.ts';
import { type JobKind, jobKinds } from './job.ts';
import type { JobRow } from './store.ts';

/** The state of a job. PENDING: waits for its time or is running. DEAD: has failed too often. */
export const jobStates = ['PENDING', 'DEAD'] as const;
export type JobState = (typeof jobStates)[number];

/** A job as operators see it. */
export interface LeftJob {
  /** A UUID. */
  readonly id: string;
  /** A newer release may have written a kind that this release does not know. */
  readonly kind: string;
  readonly key: string;
  /** JSON: ids and immutable facts. */
  readonly data: string;
  readonly state: JobState;
  readonly dueAt: Date;
  readonly createdAt: Date;
  /** The number of failures so far. */
  readonly attempts: number;
  /** The last failure, or null if there was none. */
  readonly failure: string | null;
}

/** The number of jobs of a kind and state. */
export interface JobCount {
  readonly kind: string;
  readonly state: JobState;
  readonly count: number;
}

/** Which jobs to list. */
export interface JobPage extends ListRequest {
  readonly state: JobState;
  readonly kind?: JobKind | null | undefined;
}

/** The jobs, for operators. All functions may throw ChatError UNAVAILABLE. */
export interface Backlog {
  /** Lists jobs of a state, the earliest due time first. */
  list(page: JobPage): Promise<Listed<{ readonly job: LeftJob }>>;
  /** Reads a job. Null if it is done, discarded, or unknown. */
  byId(id: string): Promise<LeftJob | null>;
  /** Counts jobs by kind and state, in no order. Combinations without jobs are absent. */
  counts(): Promise<readonly JobCount[]>;
  /**
   * Makes a dead job due at once, with as many attempts as a new one. A job that is not dead is returned unchanged. Throws ChatError
   * NOT_FOUND.
   */
  replay(id: string): Promise<LeftJob>;
  /** Removes a dead job and returns it. Throws ChatError NOT_FOUND, and CONFLICT if the job is not dead: its work may be half done. */
  discard(id: string): Promise<LeftJob>;
}

/** Creates the list of jobs for operators. */
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
      // Jobs that were done between the two reads are left out.
      const jobs = ids.flatMap((id) => found.get(uuidText(id)) ?? []);
      return { items: jobs.map((job) => ({ job, key: `${job.dueAt.getTime()}:${job.id}` })), hasNextPage: places.length > first };
    },
    async counts() {
      const groups = await db.client.job.groupBy({ by: ['kind', 'state'], _count: { _all: true } });
      return groups.map(({ kind, state, _count }) => ({ kind, state: state as JobState, count: _count._all }));
    },
    replay: (id) =>
      db.commitIdempotent(async (tx) => {
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
