import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { type Db, readDue } from '../db/index.ts';
import { type JobData, putDeadJob } from '../jobs/index.ts';
import type { Log } from '../log/index.ts';
import { poll } from '../polling.ts';
import { noTracer, type Tracer } from '../tracer.ts';
import type { Effect } from './effect.ts';
import { type Lag, readLag } from './lag.ts';
import type { Queue } from './queue.ts';
import { createRelay } from './relay.ts';
import { actWithin, type Failed } from './run-effects.ts';
import { runDue } from './runner.ts';
import { createSettling } from './settle.ts';

/** This node's part in running effects. Disposing it aborts what is under way; it is started again elsewhere. */
export interface Worker extends AsyncDisposable {
  /** Starts to hand on due streams and to act on them, if this node has the role `worker`. */
  begin(): void;
  /** Calls an effect again for an entry for which it was given up. Throws the effect's errors. */
  again(given: JobData<'EffectOwed'>, signal: AbortSignal): Promise<void>;
  /** Hands on again at once what a dead node held, rather than after the visibility time. */
  inherit(nodeId: string): Promise<void>;
  /** Reads how far effects are behind the log, in the whole system. Throws ChatError UNAVAILABLE. */
  lag(): Promise<Lag>;
}

/** The parts that a worker needs. */
export interface WorkerParts {
  readonly db: Db;
  readonly log: Log;
  readonly queue: Queue;
  readonly effects: readonly Effect[];
  readonly logger: Logger;
  /** Without it, nothing is traced. */
  readonly tracer?: Tracer;
  readonly config: Pick<Config, 'roles' | 'workerPollMs' | 'workerConcurrency' | 'workerAttempts' | 'workerVisibilityMs'>;
}

/** Creates a worker. It does nothing before `begin`. */
export function createWorker({ db, log, queue, effects, logger, config, tracer = noTracer }: WorkerParts): Worker {
  const closing = new AbortController();
  const relay = createRelay({ db, queue, effects, logger, visibilityMs: config.workerVisibilityMs });
  let running: readonly Promise<void>[] = [];

  function hand(): Promise<void> {
    let failing = false;
    async function look(): Promise<boolean> {
      const more = await relay.round();
      failing = false;
      return more;
    }
    function failed(error: unknown): void {
      // Logged once per outage.
      logger[failing ? 'debug' : 'warn']({ err: error }, 'due streams could not be queued; this will be retried');
      failing = true;
    }
    return poll(look, { pauseMs: () => config.workerPollMs, failed, signal: closing.signal });
  }

  function act(): Promise<void> {
    const { workerConcurrency: concurrency, workerAttempts: attempts } = config;
    return runDue({ db, log, queue, effects, logger, tracer, concurrency, attempts, giveUp, settle: createSettling(db) }, closing.signal);
  }

  async function giveUp({ effect, streamId, seq, reason }: Failed): Promise<void> {
    await db.commitIdempotent(async (tx) => {
      const data = { effect, streamId, seq };
      await putDeadJob(
        tx,
        { kind: 'EffectOwed', key: `${effect}:${streamId}:${seq}`, data, dueAt: await db.now(tx) },
        { reason, attempts: config.workerAttempts },
      );
    });
  }

  async function again({ effect: name, streamId, seq }: JobData<'EffectOwed'>, signal: AbortSignal): Promise<void> {
    const effect = effects.find((each) => each.name === name);
    if (effect === undefined) throw new Error(`this release has no effect ${name}`);
    const [stream] = await readDue(db.client, [streamId]);
    const { entries } = await log.read(streamId, { after: seq - 1, limit: 1 });
    // The entry was trimmed meanwhile and has no effect any more.
    if (!stream || entries.length === 0) return;
    await actWithin({ tracer, effect }, { streamId, kind: stream.kind, entries }, signal);
  }

  return {
    begin() {
      if (config.roles.includes('worker')) running = [hand(), act()];
    },
    again,
    async inherit(nodeId) {
      if (config.roles.includes('worker')) await queue.inherit(nodeId);
    },
    lag: () => readLag(db),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all(running);
    },
  };
}
