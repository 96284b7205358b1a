import type { Config } from '../config.ts';
import type { Db } from '../db/index.ts';
import type { Log } from '../log/index.ts';

/** What the module's inner parts share. */
export interface GroupParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Pick<Config, 'maxGroupMembers' | 'maxAdmins' | 'maxGroupsPerUser'>;
}
