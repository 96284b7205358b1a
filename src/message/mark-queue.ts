import { setImmediate as nextTurn } from 'node:timers/promises';
import { unavailable } from '../db/index.ts';
import { ChatError, OverloadError } from '../errors.ts';
import { formatHint, streamTopic } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { endUnread } from './mark-unread.ts';
import { type Mark, type Marking, type Moved, type Outcome, storeMarks } from './marker.ts';
import type { MessageParts } from './parts.ts';
import { tellReading } from './reach.ts';
import { requireSeq } from './shape.ts';

/** A mark whose caller waits. */
interface Waiting {
  readonly marking: Marking;
  readonly resolve: (moved: Moved) => void;
  readonly reject: (error: unknown) => void;
  /** The caller has been told UNAVAILABLE, and will ask again. */
  gone: boolean;
}

// After an overload has been told, a client that waits this long finds the queue moved on.
const retryMs = 1_000;

/**
 * Markers on their way into the database. What comes while a batch is being stored shares the next one, in which of one member only the highest is written;
 * nobody waits for more company than that. Marks of an account that another transaction holds are left to a second lane, which waits for it, and keep nobody else.
 */
export class MarkQueue implements AsyncDisposable {
  readonly #parts: MessageParts;
  readonly #swift: Lane;
  readonly #patient: Lane;
  #waiting = 0;
  #closed = false;

  constructor(parts: MessageParts) {
    this.#parts = parts;
    const { commitBatch } = parts.config;
    this.#patient = new Lane(commitBatch, (batch) => this.#storeAll(batch, { leaveBusy: false }));
    this.#swift = new Lane(commitBatch, (batch) => this.#storeAll(batch, { leaveBusy: true }));
  }

  /** Raises the viewer's deliveredSeq; resolves once stored. Throws NOT_FOUND (conversationId), INVALID_INPUT (seq), UNAVAILABLE. */
  async delivered({ userId }: Viewer, mark: Mark): Promise<void> {
    requireSeq(mark.seq);
    this.#tell({ userId }, mark, await this.#store({ ...mark, userId, isRead: false }));
  }

  /** Raises the viewer's readSeq, and deliveredSeq with it. Throws as `delivered` does. */
  async read(viewer: Viewer, mark: Mark): Promise<void> {
    requireSeq(mark.seq);
    const moved = await this.#store({ ...mark, userId: viewer.userId, isRead: true });
    try {
      if (moved.endsUnread) await endUnread(this.#parts, viewer, mark);
    } finally {
      this.#tell(viewer, mark, moved);
    }
  }

  /** Lets what has been accepted come to its end, which the deadline bounds; takes no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#swift.idle();
    await this.#patient.idle();
  }

  #store(marking: Marking): Promise<Moved> {
    const { commitQueue, writeDeadlineMs } = this.#parts.config;
    if (this.#closed)
      return Promise.reject(new OverloadError('This node is shutting down. Send the same request to another node.', retryMs));
    if (this.#waiting >= commitQueue) {
      return Promise.reject(new OverloadError('This node has too many writes waiting. Send the same request again in a moment.', retryMs));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Moved>();
    const waiting: Waiting = { marking, resolve, reject, gone: false };
    const timer = setTimeout(() => {
      waiting.gone = true;
      reject(unavailable(new Error('it waited too long for its turn')));
    }, writeDeadlineMs);
    this.#waiting += 1;
    this.#swift.push(waiting);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting -= 1;
    });
  }

  async #storeAll(batch: readonly Waiting[], how: { readonly leaveBusy: boolean }): Promise<void> {
    try {
      const markings = batch.map(({ marking }) => marking);
      const outcomes = await storeMarks(this.#parts, markings, how);
      for (const [place, waiting] of batch.entries()) this.#answer(waiting, outcomes[place]);
    } catch (error) {
      if (error instanceof ChatError || batch.length === 1) for (const { reject } of batch) reject(error);
      // One of them cannot be stored. Which, each finds out for itself.
      else for (const waiting of batch) await this.#storeAll([waiting], { leaveBusy: false });
    }
  }

  #answer(waiting: Waiting, outcome: Outcome | undefined): void {
    if (outcome === undefined) waiting.reject(new Error('a batch of marks answered fewer than it was given'));
    else if (outcome === 'busy') this.#patient.push(waiting);
    else if ('refused' in outcome) waiting.reject(outcome.refused);
    else waiting.resolve(outcome.moved);
  }

  // Neither is awaited: an answer never waits for the bus. Who misses the second finds it in the count.
  #tell({ userId }: Pick<Viewer, 'userId'>, { conversationId }: Mark, { told, count }: Moved): void {
    const { bus } = this.#parts;
    if (told !== 'nobody') tellReading({ bus }, { conversationId, userIds: [userId], to: told });
    if (count !== undefined) void bus.publish(streamTopic(userId), formatHint({ kind: 'markers', conversationId, count }));
  }
}

/** Works through what is put in it, some at a time, one batch after the other. */
class Lane {
  readonly #batch: number;
  readonly #work: (batch: readonly Waiting[]) => Promise<void>;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;

  /** `work` must not throw. */
  constructor(batch: number, work: (batch: readonly Waiting[]) => Promise<void>) {
    this.#batch = batch;
    this.#work = work;
  }

  push(waiting: Waiting): void {
    this.#queue.push(waiting);
    this.#running ??= this.#run();
  }

  /** Resolves once nothing is left in it. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Whatever the sockets bring in this turn shares the first batch.
    await nextTurn();
    while (this.#queue.length > 0) {
      const present = this.#queue.filter(({ gone }) => !gone);
      this.#queue = present.splice(this.#batch);
      if (present.length > 0) await this.#work(present);
    }
    this.#running = undefined;
  }
}
