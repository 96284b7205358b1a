import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { type Db, isDuplicate, selectOverdue } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { type JobData, leaveJob, leaveJobOnce } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import { trimNext } from './trim.ts';

/** The rounds that enforce the retention setting while nodes run. Disposing it ends the rounds of this node. */
export interface Retention extends AsyncDisposable {
  /**
   * Starts checking periodically that a round is queued, as long as `historyDays` is set. Does nothing on a node without the worker role.
   */
  begin(): void;
  /**
   * Trims conversations, in id order, from `after` on. Ends by queueing a job for the rest, or for the next round. Throws ChatError
   * UNAVAILABLE, or the reason that `signal` was aborted with.
   */
  round(from: JobData<'HistoryRound'>, signal: AbortSignal): Promise<void>;
}

interface RetentionParts {
  readonly db: Db;
  readonly log: Log;
  readonly logger: Logger;
  readonly config: Pick<Config, 'historyDays' | 'roles'>;
}

const dayMs = 86_400_000;
/** Pause between the end of one round and the start of the next. */
const pauseMs = 3_600_000;
/**
 * How often a node checks that a round is queued, and so how soon a new setting or a lost round is noticed. Costs one row, read by its key.
 */
const lookMs = 60_000;
/**
 * How long a job may run. The rest goes into a new job for any worker. An interrupted job starts again where it started, so at most this
 * much work is repeated.
 */
const turnMs = 30_000;
/** How many conversations one statement looks through. It has two selects for each. */
const streamsAtOnce = 200;
/**
 * How many entries, of any type, one commit trims: senders in that conversation wait for the commit. The second number is tried if a commit
 * of the first size fails with UNAVAILABLE, for example because its entries have very many rows.
 */
const entriesAtOnce = [500, 10] as const;
const key = 'all';

function isUnavailable(error: unknown): boolean {
  return error instanceof ChatError && error.code === 'UNAVAILABLE';
}

/** Creates a Retention. The caller still owns the parts. */
export function createRetention({ db, log, logger, config }: RetentionParts): Retention {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  async function leave(after: bigint, ms: number): Promise<void> {
    const dueAt = new Date((await db.now()).getTime() + ms);
    await db.transaction((tx) => leaveJob(tx, { kind: 'HistoryRound', key, data: { after }, dueAt }));
  }

  /** Queues a round unless one is queued already. */
  async function look(): Promise<void> {
    if (config.historyDays === 0) return;
    const dueAt = await db.now();
    try {
      await db.transaction((tx) => leaveJobOnce(tx, { kind: 'HistoryRound', key, data: { after: 0n }, dueAt }));
    } catch (error) {
      // Another node queued it in the meantime.
      if (!isDuplicate(error)) throw error;
    }
  }

  function lookLater(ms: number): void {
    timer = setTimeout(
      () => {
        looking = look()
          .catch((error: unknown) =>
            logger.warn({ err: error }, 'a round of what is kept no longer could not be left; it is looked for again'),
          )
          .finally(() => timer !== undefined && lookLater(lookMs));
      },
      ms * (0.5 + Math.random()),
    ).unref();
  }

  /**
   * Trims one conversation. Returns the error if that failed, else null. A failure does not stop the round, and the next round tries the
   * conversation again.
   */
  async function trim(conversationId: bigint, before: Date, goesOn: () => boolean): Promise<unknown> {
    let fault: unknown = null;
    for (const atOnce of entriesAtOnce) {
      try {
        while (goesOn() && (await trimNext(log, { conversationId, before, atOnce })));
        return null;
      } catch (error) {
        fault = error;
        if (!isUnavailable(error)) break;
      }
    }
    logger.error(
      { err: fault, conversationId: String(conversationId) },
      'a conversation could not be trimmed; the next round tries it again',
    );
    return fault;
  }

  return {
    begin: () => {
      if (config.roles.includes('worker')) lookLater(0);
    },
    async round({ after }, signal) {
      const until = performance.now() + turnMs;
      const goesOn = () => !signal.aborted && performance.now() < until;
      for (let from: bigint | null = after; from !== null; ) {
        const { historyDays } = config;
        if (historyDays === 0) return;
        const before = new Date((await db.now()).getTime() - historyDays * dayMs);
        const page = await selectOverdue(db.client, { after: from, before, limit: streamsAtOnce });
        let last: unknown = null;
        for (const id of page.conversationIds) {
          const fault = await trim(id, before, goesOn);
          // Two failures in a row mean that the database is at fault, not the conversation.
          if (isUnavailable(fault) && isUnavailable(last)) throw fault;
          last = fault;
        }
        signal.throwIfAborted();
        // The query skips what was already trimmed, so the page is read again from its start.
        if (!goesOn()) return await leave(from, 0);
        from = page.last;
      }
      await leave(0n, pauseMs);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      timer = undefined;
      await looking;
    },
  };
}
