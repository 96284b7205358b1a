import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import type { Log } from '../log/index.ts';
import type { Messages } from '../message/index.ts';

/** What the files of the module share. */
export interface ScheduledParts {
  readonly db: Db;
  readonly log: Log;
  readonly messages: Messages;
  readonly config: Pick<Config, 'maxScheduledMessages'>;
}
