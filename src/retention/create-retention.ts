import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { type Db, hasOwnDays, selectOverdue, selectOverdueAccounts, selectOverdueOwn } from '../db/index.ts';
import type { JobData } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import { daysBefore } from './days-before.ts';
import { createRound, type Keeping, type Trimming } from './round.ts';
import { type Limit, ownLimit, trimNext } from './trim.ts';
import { trimNextEntries } from './trim-entries.ts';

/** The rounds that enforce the retention settings while nodes run. Disposing it ends the rounds of this node. */
export interface Retention extends AsyncDisposable {
  /**
   * Starts checking periodically that rounds are queued, as long as anything is kept for a time only. Does nothing on a node without the
   * worker role.
   */
  begin(): void;
  /**
   * Trims conversations, in id order, from `after` on. Ends by queueing a job for the rest, or for the next round. Throws ChatError
   * UNAVAILABLE, or the reason that `signal` was aborted with.
   */
  round(from: JobData<'HistoryRound'>, signal: AbortSignal): Promise<void>;
  /** Does the same for the conversations that keep their history for a time of their own. */
  ownRound(from: JobData<'OwnHistoryRound'>, signal: AbortSignal): Promise<void>;
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
  /** What a setting demands: nothing if it is 0. */
  async function olderThan(days: () => number, trimming: (before: Date, limit: Limit) => Trimming): Promise<Trimming | null> {
    if (days() === 0) return null;
    const now = await db.now();
    // Each commit asks for the setting again: what is removed does not come back.
    const limit: Limit = async () => (days() === 0 ? null : daysBefore(now, days()));
    return trimming(daysBefore(now, days()), limit);
  }

  const history: Keeping = {
    job: 'HistoryRound',
    trimming: () =>
      olderThan(
        () => config.historyDays,
        (before, limit) => ({
          overdue: (range) => selectOverdue(db.client, { ...range, before }),
          trimNext: (trim) => trimNext(log, trim, limit),
        }),
      ),
    start: 0n,
    pauseMs: hourMs,
    firstLookMs: 0,
    // So soon a new setting or a lost round is noticed. Costs one row, read by its key.
    lookMs: minuteMs,
    // One statement has two selects for each.
    streamsAtOnce: 200,
    // Ten if the rows about 500 take too long: some messages have very many.
    entriesAtOnce: [500, 10],
    failed: 'a conversation could not be trimmed; the next round retries it',
  };
  // Where both limits apply, the shorter one wins by itself: each round removes what is too old for it.
  const ownHistory: Keeping = {
    ...history,
    job: 'OwnHistoryRound',
    // One row for each, and the two selects only for those that have such a time.
    streamsAtOnce: 1_000,
    async trimming() {
      if (!(await hasOwnDays(db.client))) return null;
      const now = await db.now();
      return {
        overdue: (range) => selectOverdueOwn(db.client, range, (days) => daysBefore(now, days)),
        trimNext: (trim) => trimNext(log, trim, ownLimit),
      };
    },
  };
  const accounts: Keeping = {
    job: 'AccountRound',
    trimming: () =>
      olderThan(
        () => config.accountLogDays,
        (before, limit) => ({
          overdue: (range) => selectOverdueAccounts(db.client, { ...range, before }),
          trimNext: (trim) => trimNextEntries(log, trim, limit),
        }),
      ),
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
    failed: 'an account could not be trimmed; the next round tries it again',
  };
  const conversationRound = createRound({ db, logger, keeping: history });
  const ownRound = createRound({ db, logger, keeping: ownHistory });
  const accountRound = createRound({ db, logger, keeping: accounts });
  return {
    begin() {
      if (!config.roles.includes('worker')) return;
      conversationRound.begin();
      ownRound.begin();
      accountRound.begin();
    },
    round: ({ after }, signal) => conversationRound.go(after, signal),
    ownRound: ({ after }, signal) => ownRound.go(after, signal),
    accountRound: ({ after }, signal) => accountRound.go(after, signal),
    async [Symbol.asyncDispose]() {
      await conversationRound[Symbol.asyncDispose]();
      await ownRound[Symbol.asyncDispose]();
      await accountRound[Symbol.asyncDispose]();
    },
  };
}
