import type { Logger } from 'pino';
import type { Cache } from '../cache/index.ts';
import type { Config } from '../config.ts';
import type { Db } from '../db/index.ts';
import type { Identities } from '../identity/index.ts';
import type { Limits } from '../limit/index.ts';
import type { Log } from '../log/index.ts';
import type { ServerKey } from '../server-key.ts';
import type { Screen } from '../words/index.ts';
import type { BlockEffects } from './block.ts';
import type { PasswordCost } from './password.ts';
import type { Shown } from './store.ts';

/** What the parts that know who knows whom, and who has blocked whom, are made of. */
export interface ContactParts {
  readonly db: Db;
  readonly log: Log;
  readonly limits: Limits;
  readonly config: Pick<Config, 'contactRequestDays' | 'contactRequestsPerDay' | 'maxContactRequests' | 'maxBlocks' | 'maxMessageLength'>;
  readonly blockEffects: BlockEffects;
  /** What must not be said; without it everything may. */
  readonly screen?: Screen | undefined;
}
/** What of the configuration the module heeds. */
export type UserOption =
  | 'accessTokenSeconds'
  | 'adminHandles'
  | 'sessionDays'
  | 'maxSessions'
  | 'signInAttempts'
  | 'addressAttempts'
  | 'handleHoldDays'
  | 'handleChanges'
  | 'searchesPerMinute'
  | 'signUpOpen'
  | 'identityIssuer'
  | 'passwords'
  | 'identityProfile'
  | 'maintenance'
  | 'maintenanceMessage'
  | 'search';

/** What the module is made of. */
export interface UserParts {
  readonly db: Db;
  readonly log: Log;
  readonly limits: Limits;
  /** At least one. The first signs, all verify. */
  readonly keys: readonly ServerKey[];
  readonly config: Pick<Config, UserOption>;
  readonly logger: Logger;
  /** Who people are elsewhere; without it nobody signs in with a token. */
  readonly identities?: Identities | null | undefined;
  /** What is kept of users; without it each read is one of the database. Whoever makes it forgets those who change. */
  readonly kept?: Cache<bigint, Shown> | undefined;
  /** What nobody must be called, nor say of themselves; without it everything may. */
  readonly screen?: Screen | undefined;
  /** What a password's hash costs; less than the default is for tests. */
  readonly passwordCost?: PasswordCost | undefined;
}

/** What the part for operators is made of. */
export interface AdministrationParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Pick<Config, 'adminHandles' | 'handleHoldDays' | 'identityIssuer' | 'maxSessions'>;
  readonly passwordCost?: PasswordCost | undefined;
}
