import type { Caches } from '../cache/index.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import type { Limits } from '../limit/index.ts';
import type { Log } from '../log/index.ts';
import type { Screen } from '../words/index.ts';

/** What the parts of the group module share. */
export interface GroupParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Pick<Config, 'maxGroupMembers' | 'maxAdmins' | 'maxGroupsPerUser' | 'groupDirectory'>;
  /** The caches of rows. If absent, every read goes to the database. */
  readonly caches?: Caches | undefined;
  /** The lists of blocked words for names and texts. If absent, everything is allowed. */
  readonly screen?: Screen | undefined;
}

/** The parts that the main part of the module (`createGroups`) needs. */
export interface SearchingParts extends GroupParts {
  readonly limits: Limits;
  readonly config: GroupParts['config'] & Pick<Config, 'searchesPerMinute'>;
}

/** The parts that `createJoining` needs. */
export interface JoiningParts extends GroupParts {
  readonly limits: Limits;
  readonly config: GroupParts['config'] & Pick<Config, 'maxJoinRequests' | 'maxInvites' | 'joinAttempts' | 'searchesPerMinute'>;
}
