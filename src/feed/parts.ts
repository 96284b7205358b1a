import type { Logger } from 'pino';
import type { Db } from '../db/index.ts';
import type { Log } from '../log/index.ts';
import type { Admission } from './admission.ts';
import type { Channels } from './channels.ts';

/** What the feed's inner parts share. */
export interface FeedParts {
  readonly db: Db;
  readonly log: Log;
  readonly channels: Channels;
  readonly admission: Admission;
  readonly logger: Logger;
  /** The node's clock: times of events that are not logged. */
  readonly now: () => Date;
  /** Entries of one stream that are replayed at most; past it the client is told to read anew. */
  readonly maxGap: number;
  /** Entries of all streams together that one subscription replays at most, in the same way. */
  readonly maxReplay: number;
}
