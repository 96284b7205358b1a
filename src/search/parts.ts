import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import type { Groups } from '../group/index.ts';
import type { Limits } from '../limit/index.ts';
import type { Messages } from '../message/index.ts';
import type { Tracer } from '../tracer.ts';
import type { Users } from '../user/index.ts';

/** The parts of the search module. */
export interface SearchParts {
  readonly db: Db;
  readonly limits: Limits;
  readonly users: Pick<Users, 'byIds'>;
  readonly groups: Pick<Groups, 'byIds' | 'memberships'>;
  readonly messages: Pick<Messages, 'byRefs' | 'hidden' | 'seqBefore'>;
  /** Absent if nothing is traced. */
  readonly tracer?: Tracer;
  readonly config: Pick<Config, 'searchedMessages' | 'searchesPerMinute'>;
}
