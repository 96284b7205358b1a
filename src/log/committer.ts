import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Db, unavailable } from '../db/index.ts';
import { ChatError, OverloadError } from '../errors.ts';
import type { Span, Tracer } from '../tracer.ts';
import type { Append } from './append.ts';
import { takeBatch } from './batch.ts';
import { commit, type Outcome } from './commit.ts';
import { CommitQueue } from './commit-queue.ts';
import { beginCommit, beginWait, type Wait } from './commit-span.ts';
import type { Done } from './place.ts';

/** The limits of a committer. */
export interface CommitLimits {
  /** Maximum number of appends in one commit (config COMMIT_BATCH). */
  readonly batch: number;
  /** Maximum number of appends that may wait (config COMMIT_QUEUE). Further ones are refused at once. */
  readonly queue: number;
  /** Maximum time until an append is answered, in ms (config WRITE_DEADLINE_MS). */
  readonly deadlineMs: number;
}

/** What a node has committed since its start. */
export interface CommitCounts {
  /** Commits that are done. */
  readonly stored: number;
  /** Commits that failed or whose result is unknown. Their appends may have been stored by another commit. */
  readonly failed: number;
  /** The sum of the durations of all these commits, in seconds. */
  readonly seconds: number;
  /** Appends that wait for a commit or are in one. */
  readonly waiting: number;
  /** Appends that were refused because too many were waiting. */
  readonly refused: number;
}

interface Parts {
  readonly db: Db;
  readonly logger: Logger;
  readonly limits: CommitLimits;
  /** Called after the commit, in the order of the entries, before the caller is answered. `by`: the caller's span, if it is traced. */
  readonly onDone: (done: Done<unknown>, by: Span | undefined) => void;
  readonly tracer: Tracer;
}

/** An append whose caller waits for an answer. */
interface Waiting {
  readonly append: Append<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** The deadline has passed and the caller has been answered UNAVAILABLE. */
  gone: boolean;
  /** Set if the caller is traced. */
  wait: Wait | undefined;
}

// Commits leave some hundred marks a second at most. Each run removes up to 10,000 old marks, so one run in 2,000 commits keeps up. The
// first commit is one of them: a small system may have its nodes replaced more often than they make so many.
const forgetEvery = 2_000;
// A client that comes back this long after an overload finds that the queue has moved on.
const retryMs = 1_000;

// A commit of another node takes some ms. Trying again this often costs the database a few commits that store nothing.
const tryAgainMs = 25;

/**
 * Commits appends in groups. Appends that come while a commit is under way share the next one, and no append waits for more company than
 * that. So a single append is committed at once. Where many wait, two commits run at a time.
 *
 * A stream that another transaction holds, usually another node's, is left to a commit of its own. That commit waits for the stream,
 * together with all appends that come for it meanwhile, and holds up nothing else. Half of the database's transactions may wait so: a node
 * that freezes within a commit keeps hundreds of streams. The appends to further such streams are tried again and again.
 */
export class Committer implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #busy = new Map<bigint, Waiting[]>();
  readonly #lanes = new Set<Promise<void>>();
  readonly #line: CommitQueue<Waiting>;
  #patient = 0;
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
    this.#line = new CommitQueue({ limit: parts.limits.batch, sharing: ({ append }) => append, isGone: ({ gone }) => gone });
  }

  /** Resolves once the append is stored. Rejects as Log.append does. */
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

  /** Accepts no more appends and waits until those that were accepted have ended. Their deadline bounds the wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    while (this.#lanes.size > 0) await Promise.allSettled(this.#lanes);
  }

  #enter(waiting: Waiting): void {
    if (this.#follows(waiting)) return;
    this.#line.push(waiting);
    this.#start();
  }

  /** Lets an append wait behind those that wait for one of its streams. Returns false if there are none. */
  #follows(waiting: Waiting): boolean {
    const held = waiting.append.lock.find((id) => this.#busy.has(id));
    if (held === undefined) return false;
    this.#busy.get(held)?.push(waiting);
    return true;
  }

  #start(): void {
    if (this.#starting || !this.#line.calls) return;
    this.#starting = true;
    this.#open(this.#run());
  }

  #open(lane: Promise<void>): void {
    const settled = lane
      .catch((error: unknown) => this.#parts.logger.error({ err: error }, 'the commit loop stopped: this is a bug'))
      .finally(() => this.#lanes.delete(settled));
    this.#lanes.add(settled);
  }

  async #run(): Promise<void> {
    // Everything that the sockets deliver in this turn of the event loop shares the first commit.
    await nextTurn();
    this.#starting = false;
    while (this.#line.calls) {
      const { taken, end } = this.#line.take();
      // The appends that are left need streams that another commit holds. They are taken when that commit ends.
      if (taken.length === 0) return;
      this.#start();
      try {
        await this.#commit(taken, { leaveBusy: true });
        // The callers just answered may append again. Without this turn of the event loop, clients that always do would split into two
        // halves that take turns, each in commits of half the size.
        await nextTurn();
      } finally {
        end();
      }
    }
  }

  async #follow(streamId: bigint): Promise<void> {
    if (this.#patient < Math.max(1, this.#parts.db.transactions / 2)) {
      this.#patient += 1;
      await this.#waitFor(streamId);
      this.#patient -= 1;
    } else await delay(tryAgainMs);
    // The appends that came meanwhile return to the common line. Otherwise a stream whose appends always come faster than a commit takes
    // would keep commits of its own for ever.
    const rest = this.#busy.get(streamId) ?? [];
    this.#busy.delete(streamId);
    for (const waiting of rest) this.#enter(waiting);
  }

  async #waitFor(streamId: bigint): Promise<void> {
    const present = (this.#busy.get(streamId) ?? []).filter(({ gone }) => !gone);
    const { taken, left } = takeBatch(present, this.#parts.limits.batch, ({ append }) => append);
    this.#busy.set(streamId, left);
    await this.#commit(taken, { leaveBusy: false });
  }

  async #commit(taken: readonly Waiting[], how: { readonly leaveBusy: boolean }): Promise<void> {
    if (taken.length === 0) return;
    const { db, logger, tracer } = this.#parts;
    const span = beginCommit(tracer, taken);
    this.#begun += 1;
    if (this.#begun % forgetEvery === 1) {
      this.#open(db.forgetCommits().catch((error: unknown) => logger.warn({ err: error }, 'old commit marks could not be deleted')));
    }
    let outcomes: readonly Outcome[];
    try {
      const appends = taken.map(({ append }) => append);
      outcomes = await this.#timed(commit(db, appends, how), span);
    } catch (error) {
      if (error instanceof ChatError || taken.length === 1) for (const { reject } of taken) reject(error);
      // One of the appends cannot be written. Committing halves finds out which, and costs the others a few commits: anybody can send two
      // messages under one clientMessageId at once, by two nodes.
      else for (const half of inHalves(taken)) await this.#commit(how.leaveBusy ? half.filter((one) => !this.#follows(one)) : half, how);
      return;
    }
    for (const [place, waiting] of taken.entries()) this.#answer(waiting, outcomes[place]);
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

  // Must not throw: the commit is done, and the appends that follow wait for their answers.
  #answer(waiting: Waiting, outcome: Outcome | undefined): void {
    if (outcome === undefined) waiting.reject(new Error('a commit answered fewer than it was given'));
    else if ('refused' in outcome) waiting.reject(outcome.refused);
    else if ('busy' in outcome) this.#leave(waiting, outcome.busy);
    else {
      this.#publish(outcome.done, waiting.wait?.by);
      try {
        waiting.resolve(outcome.done.verdict.result(outcome.done.placed));
      } catch (error) {
        waiting.reject(error);
      }
    }
  }

  #publish(done: Done<unknown>, by: Span | undefined): void {
    const { logger, onDone } = this.#parts;
    try {
      onDone(done, by);
    } catch (error) {
      // The append is stored, so its caller is answered. The head check finds entries without a hint.
      logger.error({ err: error }, 'what follows a commit failed: this is a bug');
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

function inHalves<T>(whole: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(whole.length / 2);
  return [whole.slice(0, middle), whole.slice(middle)];
}
