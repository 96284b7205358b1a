import type { Tx } from './db.ts';
import { raw, sql } from './sql.ts';

/** A job's place among those of its state: by when it is due and id, both ascending. */
export interface JobPlace {
  readonly dueAt: Date;
  /** 16 bytes. */
  readonly id: Uint8Array<ArrayBuffer>;
}

/** Which part of the jobs. */
export interface JobRange {
  readonly state: string;
  /** Only of this kind; null: of all. */
  readonly kind: string | null;
  readonly limit: number;
  /** Only those past this place; null: from the first on. */
  readonly after: JobPlace | null;
}

// MySQL would read another index and sort. To SQLite it is a comment.
const byState = raw('/*! FORCE INDEX (Job_state_dueAt_id_idx) */');
const byKind = raw('/*! FORCE INDEX (Job_state_kind_dueAt_id_idx) */');

/** The ids of jobs in their order. Each is read from an index that has that order. */
export async function selectJobs(tx: Tx, { state, kind, limit, after }: JobRange): Promise<readonly Pick<JobPlace, 'id'>[]> {
  const ofKind = kind === null ? sql`` : sql`AND kind = ${kind}`;
  const past = after === null ? sql`` : sql`AND dueAt >= ${after.dueAt} AND (dueAt > ${after.dueAt} OR id > ${after.id})`;
  return await tx.$queryRaw<Pick<JobPlace, 'id'>[]>(
    sql`SELECT id, dueAt FROM Job ${kind === null ? byState : byKind} WHERE state = ${state} ${ofKind} ${past} ORDER BY dueAt, id LIMIT ${limit}`,
  );
}
