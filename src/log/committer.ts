import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Db, unavailable } from '../db/index.ts';
import { ChatError, OverloadError } from '../errors.ts';
import type { Span, Tracer } from '../tracer.ts';
import type { Append } from './append.ts';
import { takeBatch } from './batch.ts';
import { commit, type Outcome } from './commit.ts';
import { beginCommit, beginWait, type Wait } from './commit-span.ts';
import { Line } from './line.ts';
import type { Done } from './place.ts';

/** How much is committed at once, and how much may wait for it. */
export interface CommitLimits {
  /** Appends that share one commit at most (config COMMIT_BATCH). */
  readonly batch: number;
  /** Appends that may wait (config COMMIT_QUEUE); past it they are refused at once. */
  readonly queue: number;
  /** Bounds the wait for an answer, in ms (config WRITE_DEADLINE_MS). */
  readonly deadlineMs: number;
}

/** What a node has committed since its start. */
export interface CommitCounts {
  /** Commits that are done. */
  readonly stored: number;
  /** Commits that failed, or that it is not known of; the same appends may have been committed by another. */
  readonly failed: number;
  /** How long both took, one after the other, in seconds. */
  readonly seconds: number;
  /** Appends that wait for theirs now, or are in one. */
  readonly waiting: number;
  /** Appends that were refused because too many waited. */
  readonly refused: number;
}

interface Parts {
  readonly db: Db;
  readonly logger: Logger;
  readonly limits: CommitLimits;
  /** Called after the commit, in the order of the entries, before the caller is answered. `by`: the span of whoever appended, where that is traced. */
  readonly onDone: (done: Done<unknown>, by: Span | undefined) => void;
  readonly tracer: Tracer;
}

/** An append whose caller waits. */
interface Waiting {
  readonly append: Append<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** The caller has been told UNAVAILABLE, and will ask again. */
  gone: boolean;
  /** There where whoever appends is traced. */
  wait: Wait | undefined;
}

// Marks of commits pile up by some hundred a second at most: every so many commits, in steps of ten thousand, they are kept down.
const forgetEvery = 2_000;
// After an overload has been told, a client that waits this long finds the queue moved on.
const retryMs = 1_000;

/**
 * Commits in groups: what comes while a commit is under way shares the next one. Nobody waits for more company than that, so one send at a time is
 * committed at once; where many wait, two commits go on at a time. A stream that another transaction holds (another node's, as a rule) is left to a commit of its own, which waits for it, with
 * whatever comes for that stream meanwhile, and keeps nobody else.
 */
export class Committer implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #busy = new Map<bigint, Waiting[]>();
  readonly #lanes = new Set<Promise<void>>();
  readonly #line: Line<Waiting>;
  #starting = false;
  #waiting = 0;
  #begun = 0;
  #stored = 0;
  #failed = 0;
  #ms = 0;
  #refused = 0;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#line = new Line({ limit: parts.limits.batch, sharing: ({ append }) => append, isGone: ({ gone }) => gone });
  }

  /** Resolves once stored; rejects as Log.append says. */
  append(append: Append<unknown>): Promise<unknown> {
    const { limits, tracer } = this.#parts;
    if (this.#closed)
      return Promise.reject(new OverloadError('This node is shutting down. Send the same request to another node.', retryMs));
    if (this.#waiting >= limits.queue) {
      this.#refused += 1;
      return Promise.reject(new OverloadError('This node has too many writes waiting. Send the same request again in a moment.', retryMs));
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const waiting: Waiting = { append, resolve, reject, gone: false, wait: beginWait(tracer, tracer.current()) };
    const timer = setTimeout(() => {
      waiting.gone = true;
      waiting.wait?.giveUp();
      reject(unavailable(new Error('it waited too long for its turn')));
    }, limits.deadlineMs);
    this.#waiting += 1;
    this.#enter(waiting);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting -= 1;
    });
  }

  counts(): CommitCounts {
    return { stored: this.#stored, failed: this.#failed, seconds: this.#ms / 1_000, waiting: this.#waiting, refused: this.#refused };
  }

  /** Lets what has been accepted come to its end, which the deadline bounds; takes no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    while (this.#lanes.size > 0) await Promise.allSettled(this.#lanes);
  }

  #enter(waiting: Waiting): void {
    const held = waiting.append.lock.find((id) => this.#busy.has(id));
    if (held !== undefined) {
      this.#busy.get(held)?.push(waiting);
      return;
    }
    this.#line.push(waiting);
    this.#start();
  }

  #start(): void {
    if (this.#starting || !this.#line.calls) return;
    this.#starting = true;
    this.#open(this.#run());
  }

  #open(lane: Promise<void>): void {
    const settled = lane
      .catch((error: unknown) => this.#parts.logger.error({ err: error }, 'committing stopped: this is a bug'))
      .finally(() => this.#lanes.delete(settled));
    this.#lanes.add(settled);
  }

  async #run(): Promise<void> {
    // Whatever the sockets bring in this turn shares the first commit.
    await nextTurn();
    this.#starting = false;
    while (this.#line.calls) {
      const { taken, end } = this.#line.take();
      // Whoever is left waits for streams that another commit has, and is taken when that has ended.
      if (taken.length === 0) return;
      this.#start();
      try {
        await this.#commit(taken, { leaveBusy: true });
        // Who was answered may have more to say. Without this turn, of those who always do one half would find the other under way, for ever, in commits of half the size.
        await nextTurn();
      } finally {
        end();
      }
    }
  }

  async #follow(streamId: bigint): Promise<void> {
    const present = (this.#busy.get(streamId) ?? []).filter(({ gone }) => !gone);
    const { taken, left } = takeBatch(present, this.#parts.limits.batch, ({ append }) => append);
    this.#busy.set(streamId, left);
    await this.#commit(taken, { leaveBusy: false });
    // Whoever came meanwhile shares a commit with others again: where they always come sooner than a commit takes, the stream would otherwise have its own for ever.
    const rest = this.#busy.get(streamId) ?? [];
    this.#busy.delete(streamId);
    for (const waiting of rest) this.#enter(waiting);
  }

  async #commit(taken: readonly Waiting[], how: { readonly leaveBusy: boolean }): Promise<void> {
    if (taken.length === 0) return;
    const { db, logger, tracer } = this.#parts;
    const span = beginCommit(tracer, taken);
    this.#begun += 1;
    if (this.#begun % forgetEvery === 0) {
      this.#open(db.forgetCommits().catch((error: unknown) => logger.warn({ err: error }, 'old marks of commits could not be removed')));
    }
    try {
      const appends = taken.map(({ append }) => append);
      const outcomes = await this.#timed(commit(db, appends, how), span);
      for (const [place, waiting] of taken.entries()) this.#answer(waiting, outcomes[place]);
    } catch (error) {
      if (error instanceof ChatError || taken.length === 1) for (const { reject } of taken) reject(error);
      // One of them cannot be written. Which, each finds out for itself.
      else for (const waiting of taken) await this.#commit([waiting], { leaveBusy: false });
    }
  }

  async #timed<T>(commit: Promise<T>, span: Span | undefined): Promise<T> {
    const begunAt = performance.now();
    try {
      const outcomes = await commit;
      this.#stored += 1;
      return outcomes;
    } catch (error) {
      this.#failed += 1;
      span?.fail(error instanceof ChatError ? error.code : 'INTERNAL');
      throw error;
    } finally {
      this.#ms += performance.now() - begunAt;
      span?.end();
    }
  }

  #answer(waiting: Waiting, outcome: Outcome | undefined): void {
    if (outcome === undefined) throw new Error('a commit answered fewer than it was given');
    if ('refused' in outcome) waiting.reject(outcome.refused);
    else if ('busy' in outcome) this.#leave(waiting, outcome.busy);
    else {
      this.#parts.onDone(outcome.done, waiting.wait?.by);
      try {
        waiting.resolve(outcome.done.verdict.result(outcome.done.placed));
      } catch (error) {
        waiting.reject(error);
      }
    }
  }

  #leave(waiting: Waiting, streamId: bigint): void {
    waiting.wait = beginWait(this.#parts.tracer, waiting.wait?.by);
    const line = this.#busy.get(streamId);
    if (line !== undefined) line.push(waiting);
    else {
      this.#busy.set(streamId, [waiting]);
      this.#open(this.#follow(streamId));
    }
  }
}
