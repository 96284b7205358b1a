import type { Db } from '../../src/db/index.ts';

/** A database with a hook before each commit, after everything that is read for the commit on its own. */
export interface LateCommits {
  readonly db: Db;
  before: () => Promise<unknown>;
}

/** Wraps a database. Nothing happens before its commits at first. */
export function lateCommits(db: Db): LateCommits {
  const late: LateCommits = {
    db: {
      ...db,
      async commit(mark, work) {
        await late.before();
        return db.commit(mark, work);
      },
      async commitIdempotent(work) {
        await late.before();
        return db.commitIdempotent(work);
      },
    },
    before: async () => undefined,
  };
  return late;
}
