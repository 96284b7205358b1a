import type { Logger } from 'pino';
import type { Db } from '../db/index.ts';
import type { Log } from '../log/index.ts';
import type { UserTotals } from '../user-totals.ts';
import type { Admission } from './admission.ts';
import type { Channels } from './channels.ts';

/** What the parts of the feed share. */
export interface FeedParts {
  readonly db: Db;
  readonly log: Log;
  readonly channels: Channels;
  readonly admission: Admission;
  /** The conversations that the subscriptions of each user follow. */
  readonly followed: UserTotals;
  readonly logger: Logger;
  /** The node's clock, for the times of events that are not logged. */
  readonly now: () => Date;
  /** Maximum number of entries of one stream to replay. Past it, the client is told to read anew. */
  readonly maxGap: number;
  /** Maximum number of entries of all streams together that one subscription replays, with the same result. */
  readonly maxReplay: number;
}
