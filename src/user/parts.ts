import type { Logger } from 'pino';
import type { Cache } from '../cache/index.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import type { Identities } from '../identity/index.ts';
import type { Limits } from '../limit/index.ts';
import type { Log } from '../log/index.ts';
import type { ServerKey } from '../server-key.ts';
import type { Screen } from '../words/index.ts';
import type { PasswordCost } from './password.ts';
import type { Shown } from './store.ts';

/** The options of the configuration that the module reads. */
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

/** The parts of the user module. */
export interface UserParts {
  readonly db: Db;
  readonly log: Log;
  readonly limits: Limits;
  /** At least one. The first one signs, all of them verify. */
  readonly keys: readonly ServerKey[];
  readonly config: Pick<Config, UserOption>;
  readonly logger: Logger;
  /** Verifies tokens of an identity provider. If absent, nobody can sign in with one. */
  readonly identities?: Identities | null | undefined;
  /** The cache of users. If absent, each read goes to the database. Its creator must invalidate users who change. */
  readonly kept?: Cache<bigint, Shown> | undefined;
  /** Checks handles, names and bios for blocked words. If absent, everything is allowed. */
  readonly screen?: Screen | undefined;
  /** The cost of hashing a password. Tests use less than the default. */
  readonly passwordCost?: PasswordCost | undefined;
}

/** The parts that Administration needs. */
export interface AdministrationParts {
  readonly db: Db;
  readonly log: Log;
  readonly config: Pick<Config, 'adminHandles' | 'handleHoldDays' | 'identityIssuer' | 'maxSessions'>;
  readonly passwordCost?: PasswordCost | undefined;
}
