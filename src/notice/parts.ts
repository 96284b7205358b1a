import type { Db } from '../db/index.ts';
import type { Log } from '../log/index.ts';

/** What the files of the module share. */
export interface NoticeParts {
  readonly db: Db;
  readonly log: Log;
}
