import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { type Db, isDuplicate, selectOverdue } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { type JobData, leaveJob, leaveJobOnce } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import { trimNext } from './trim.ts';

/** What is made sure of while nodes run. Disposing it ends that on this node. */
export interface Retention extends AsyncDisposable {
  /** Sees to it from here on that there is a round, as long as there is a setting. */
  begin(): void;
  /** Goes round from a conversation on, and leaves the rest, or the next round, to be done. Throws ChatError UNAVAILABLE, or what `signal` was aborted with. */
  round(from: JobData<'HistoryRound'>, signal: AbortSignal): Promise<void>;
}

interface RetentionParts {
  readonly db: Db;
  readonly log: Log;
  readonly logger: Logger;
  readonly config: Pick<Config, 'historyDays' | 'roles'>;
}

const dayMs = 86_400_000;
/** From the end of a round to the next. */
const pauseMs = 3_600_000;
/** How soon a node finds that the setting was made, or a round lost: one row by its key. */
const lookMs = 60_000;
/** Then the rest is left to whoever comes next: what is broken off begins again where its turn did. */
const turnMs = 30_000;
/** Two selects a stream in one statement. */
const streamsAtOnce = 200;
/** Entries of any kind that one commit trims: others wait for it who want to say something there. The second where the first is not done in time, for what was about them. */
const entriesAtOnce = [500, 10] as const;
const key = 'all';

function isUnavailable(error: unknown): boolean {
  return error instanceof ChatError && error.code === 'UNAVAILABLE';
}

/** Makes it. What it was made of belongs to whoever passed it. */
export function createRetention({ db, log, logger, config }: RetentionParts): Retention {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  async function leave(after: bigint, ms: number): Promise<void> {
    const dueAt = new Date((await db.now()).getTime() + ms);
    await db.transaction((tx) => leaveJob(tx, { kind: 'HistoryRound', key, data: { after }, dueAt }));
  }

  /** Leaves a first round where none is left. */
  async function look(): Promise<void> {
    if (config.historyDays === 0) return;
    const dueAt = await db.now();
    try {
      await db.transaction((tx) => leaveJobOnce(tx, { kind: 'HistoryRound', key, data: { after: 0n }, dueAt }));
    } catch (error) {
      // Another node has left it meanwhile.
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

  /** Trims a conversation; answers why it could not be, or null. One that cannot be keeps no other from it: the next round tries it again. */
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
          // Two in a row: it is not the conversation, but the database.
          if (isUnavailable(fault) && isUnavailable(last)) throw fault;
          last = fault;
        }
        signal.throwIfAborted();
        // What of the page was trimmed is not found again.
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
