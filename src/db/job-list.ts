import type { Tx } from './db.ts';
import { raw, sql } from './sql.ts';

/** A job's place among the jobs of its state, by due time and id, both ascending. */
export interface JobPlace {
  readonly dueAt: Date;
  /** 16 bytes. */
  readonly id: Uint8Array<ArrayBuffer>;
}

/** A page of the jobs. */
export interface JobRange {
  readonly state: string;
  /** Only jobs of this kind. Null: of all kinds. */
  readonly kind: string | null;
  readonly limit: number;
  /** Only jobs past this place. Null: from the first. */
  readonly after: JobPlace | null;
}

// Without the hint, MySQL would read another index and sort. SQLite reads it as a comment.
const byState = raw('/*! FORCE INDEX (Job_state_dueAt_id_idx) */');
const byKind = raw('/*! FORCE INDEX (Job_state_kind_dueAt_id_idx) */');

/** Reads the ids of jobs in that order, from an index that has it. */
export async function selectJobs(tx: Tx, { state, kind, limit, after }: JobRange): Promise<readonly Pick<JobPlace, 'id'>[]> {
  const ofKind = kind === null ? sql`` : sql`AND kind = ${kind}`;
  const past = after === null ? sql`` : sql`AND dueAt >= ${after.dueAt} AND (dueAt > ${after.dueAt} OR id > ${after.id})`;
  return await tx.$queryRaw<Pick<JobPlace, 'id'>[]>(
    sql`SELECT id, dueAt FROM Job ${kind === null ? byState : byKind} WHERE state = ${state} ${ofKind} ${past} ORDER BY dueAt, id LIMIT ${limit}`,
  );
}
