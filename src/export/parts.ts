import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Blocks, Contacts } from '../contact/index.ts';
import type { Db } from '../db/index.ts';
import type { Drafts } from '../draft/index.ts';
import type { Groups, Joining } from '../group/index.ts';
import type { Log } from '../log/index.ts';
import type { Messages } from '../message/index.ts';
import type { Reports } from '../moderation/index.ts';
import type { Presences } from '../presence/index.ts';
import type { Pushes } from '../push/index.ts';
import type { SavedMessages } from '../saved/index.ts';
import type { ScheduledMessages } from '../scheduled/index.ts';
import type { Users } from '../user/index.ts';

/** The parts that the functions of this module share. */
export interface Sources {
  readonly db: Db;
  readonly log: Log;
  readonly logger: Logger;
  readonly users: Users;
  readonly contacts: Contacts;
  readonly blocks: Pick<Blocks, 'list'>;
  readonly groups: Groups;
  readonly joining: Joining;
  readonly messages: Messages;
  readonly scheduled: Pick<ScheduledMessages, 'list'>;
  readonly drafts: Pick<Drafts, 'allOf'>;
  readonly saved: Pick<SavedMessages, 'allOf'>;
  readonly presence: Presences;
  readonly reports: Pick<Reports, 'by'>;
  readonly push: Pick<Pushes, 'devices' | 'quietHours' | 'silentUntil'>;
  readonly config: Pick<Config, 'exportDays' | 'exportsPerDay'>;
}
