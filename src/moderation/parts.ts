import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import type { Log } from '../log/index.ts';

/** The parts that the module's functions share. */
export interface ModerationParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Pick<Config, 'reportDays'>;
}
