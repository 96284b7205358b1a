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

/** A mark whose caller is waiting. */
interface Waiting {
  readonly marking: Marking;
  readonly resolve: (moved: Moved) => void;
  readonly reject: (error: unknown) => void;
  /** The caller got UNAVAILABLE, and is expected to retry. */
  gone: boolean;
}

// A client that waits this long after an overload finds that the queue has moved on.
const retryMs = 1_000;

/**
 * Batches marks on their way to the database. Marks that arrive while a batch is being stored go into the next one; a batch never waits to
 * fill up. Of one member's marks in a batch only the highest is written. Marks of an account that another transaction has locked go to a
 * second lane, which waits for the lock, so that they delay no others.
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

  /** Raises the viewer's deliveredSeq. Resolves once it is stored. Throws NOT_FOUND (conversationId), INVALID_INPUT (seq), UNAVAILABLE. */
  async delivered({ userId }: Viewer, mark: Mark): Promise<void> {
    requireSeq(mark.seq);
    this.#tell({ userId }, mark, await this.#store({ ...mark, userId, isRead: false }));
  }

  /** Raises the viewer's readSeq, and deliveredSeq with it. Throws what `delivered` throws. */
  async read(viewer: Viewer, mark: Mark): Promise<void> {
    requireSeq(mark.seq);
    const moved = await this.#store({ ...mark, userId: viewer.userId, isRead: true });
    try {
      if (moved.endsUnread) await endUnread(this.#parts, viewer, mark);
    } finally {
      this.#tell(viewer, mark, moved);
    }
  }

  /** Accepts no more marks, and resolves once all accepted ones are settled. The deadline bounds the wait. */
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
      // One mark of the batch cannot be stored. Each is stored alone, to find out which.
      else for (const waiting of batch) await this.#storeAll([waiting], how);
    }
  }

  #answer(waiting: Waiting, outcome: Outcome | undefined): void {
    if (outcome === undefined) waiting.reject(new Error('a batch of marks answered fewer than it was given'));
    else if (outcome === 'busy') this.#patient.push(waiting);
    else if ('refused' in outcome) waiting.reject(outcome.refused);
    else waiting.resolve(outcome.moved);
  }

  // Neither is awaited: an answer never waits for the bus. If the second hint is lost, the gap in the count shows that markers have moved.
  #tell({ userId }: Pick<Viewer, 'userId'>, { conversationId }: Mark, { told, count }: Moved): void {
    const { bus } = this.#parts;
    if (told !== 'nobody') tellReading({ bus }, { conversationId, userIds: [userId], to: told });
    if (count !== undefined) void bus.publish(streamTopic(userId), formatHint({ kind: 'markers', conversationId, count }));
  }
}

/** A queue that works in batches, one after the other. */
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

  /** Resolves once the lane is empty. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Waits for the end of this turn of the event loop, so that everything that the sockets deliver in it shares the first batch.
    await nextTurn();
    while (this.#queue.length > 0) {
      const present = this.#queue.filter(({ gone }) => !gone);
      this.#queue = present.splice(this.#batch);
      if (present.length > 0) await this.#work(present);
    }
    this.#running = undefined;
  }
}
