import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import type { Log } from '../log/index.ts';

/** What the files of the module share. */
export interface DraftParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Pick<Config, 'maxDrafts' | 'draftTellMs' | 'maxMessageLength' | 'maxDataBytes'>;
}
