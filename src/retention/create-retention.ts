import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { type Db, selectOverdue, selectOverdueAccounts } from '../db/index.ts';
import type { JobData } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import { createRound, type Keeping } from './round.ts';
import { trimNext } from './trim.ts';
import { trimNextEntries } from './trim-entries.ts';

/** The rounds that enforce the retention settings while nodes run. Disposing it ends the rounds of this node. */
export interface Retention extends AsyncDisposable {
  /**
   * Starts checking periodically that rounds are queued, as long as `historyDays` or `accountLogDays` is set. Does nothing on a node without
   * the worker role.
   */
  begin(): void;
  /**
   * Trims conversations, in id order, from `after` on. Ends by queueing a job for the rest, or for the next round. Throws ChatError
   * UNAVAILABLE, or the reason that `signal` was aborted with.
   */
  round(from: JobData<'HistoryRound'>, signal: AbortSignal): Promise<void>;
  /** Does the same for account streams and the server's stream. */
  accountRound(from: JobData<'AccountRound'>, signal: AbortSignal): Promise<void>;
}

interface RetentionParts {
  readonly db: Db;
  readonly log: Log;
  readonly logger: Logger;
  readonly config: Pick<Config, 'historyDays' | 'accountLogDays' | 'roles'>;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Creates a Retention. The caller still owns the parts. */
export function createRetention({ db, log, logger, config }: RetentionParts): Retention {
  const history: Keeping = {
    job: 'HistoryRound',
    days: () => config.historyDays,
    start: 0n,
    pauseMs: hourMs,
    firstLookMs: 0,
    // So soon a new setting or a lost round is noticed. Costs one row, read by its key.
    lookMs: minuteMs,
    // One statement has two selects for each.
    streamsAtOnce: 200,
    // Ten if the rows about 500 take too long: some messages have very many.
    entriesAtOnce: [500, 10],
    overdue: (range) => selectOverdue(db.client, range),
    trimNext: (trim) => trimNext(log, trim),
    failed: 'a conversation could not be trimmed; the next round retries it',
  };
  const accounts: Keeping = {
    job: 'AccountRound',
    days: () => config.accountLogDays,
    // The server's stream has the id 0.
    start: -1n,
    // Nobody waits for the space, and a day more or less does not matter where entries are kept for weeks.
    pauseMs: 24 * hourMs,
    // A node that has just started has more urgent things to do.
    firstLookMs: 10 * minuteMs,
    lookMs: 10 * minuteMs,
    // Reads one row for each, and one entry for some.
    streamsAtOnce: 1_000,
    // They are rows of one table: a thousand take about as long as 500 entries of a conversation.
    entriesAtOnce: [1_000, 50],
    overdue: (range) => selectOverdueAccounts(db.client, range),
    trimNext: (trim) => trimNextEntries(log, trim),
    failed: 'an account could not be trimmed; the next round tries it again',
  };
  const conversationRound = createRound({ db, logger, keeping: history });
  const accountRound = createRound({ db, logger, keeping: accounts });
  return {
    begin() {
      if (!config.roles.includes('worker')) return;
      conversationRound.begin();
      accountRound.begin();
    },
    round: ({ after }, signal) => conversationRound.go(after, signal),
    accountRound: ({ after }, signal) => accountRound.go(after, signal),
    async [Symbol.asyncDispose]() {
      await conversationRound[Symbol.asyncDispose]();
      await accountRound[Symbol.asyncDispose]();
    },
  };
}
