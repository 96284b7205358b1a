import type { Db } from '../../src/db/index.ts';

/** A database before whose commits something else can happen, after all that was read for them by itself. */
export interface LateCommits {
  readonly db: Db;
  before: () => Promise<unknown>;
}

/** A database as it is, with nothing happening before its commits yet. */
export function lateCommits(db: Db): LateCommits {
  const late: LateCommits = {
    db: {
      ...db,
      async commit(mark, work) {
        await late.before();
        return db.commit(mark, work);
      },
      async commitAgain(work) {
        await late.before();
        return db.commitAgain(work);
      },
    },
    before: async () => undefined,
  };
  return late;
}
