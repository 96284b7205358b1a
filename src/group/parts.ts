import type { Caches } from '../cache/index.ts';
import type { Config } from '../config.ts';
import type { Db } from '../db/index.ts';
import type { Limits } from '../limit/index.ts';
import type { Log } from '../log/index.ts';
import type { Screen } from '../words/index.ts';

/** What the module's inner parts share. */
export interface GroupParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Pick<Config, 'maxGroupMembers' | 'maxAdmins' | 'maxGroupsPerUser' | 'groupDirectory'>;
  /** Where rows are kept; without it each read is one of the database. */
  readonly caches?: Caches | undefined;
  /** What groups and members must not be called, nor groups say; without it everything may. */
  readonly screen?: Screen | undefined;
}

/** What the part is made of that lists and changes what there is. */
export interface SearchingParts extends GroupParts {
  readonly limits: Limits;
  readonly config: GroupParts['config'] & Pick<Config, 'searchesPerMinute'>;
}

/** What the part is made of by which people come into groups. */
export interface JoiningParts extends GroupParts {
  readonly limits: Limits;
  readonly config: GroupParts['config'] & Pick<Config, 'maxJoinRequests' | 'maxInvites' | 'joinAttempts' | 'searchesPerMinute'>;
}
