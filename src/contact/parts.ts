import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import type { Limits } from '../limit/index.ts';
import type { Log } from '../log/index.ts';
import type { Screen } from '../words/index.ts';
import type { BlockEffects } from './block.ts';

/** The parts of the contact module. */
export interface ContactParts {
  readonly db: Db;
  readonly log: Log;
  readonly limits: Limits;
  readonly config: Pick<Config, 'contactRequestDays' | 'contactRequestsPerDay' | 'maxContactRequests' | 'maxBlocks' | 'maxMessageLength'>;
  readonly blockEffects: BlockEffects;
  /** Checks texts for blocked words. If absent, everything is allowed. */
  readonly screen?: Screen | undefined;
}
