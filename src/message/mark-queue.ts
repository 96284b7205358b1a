import { setImmediate as nextTurn } from 'node:timers/promises';
import { OverloadError } from '../errors.ts';
import { formatHint, streamTopic } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { endUnread } from './mark-unread.ts';
import { type Mark, type Marked, type Marking, storeMarks } from './marker.ts';
import type { MessageParts } from './parts.ts';
import { requireSeq } from './shape.ts';

interface Waiting {
  readonly marking: Marking;
  readonly resolve: (marked: Marked) => void;
  readonly reject: (error: unknown) => void;
}

// After an overload has been told, a client that waits this long finds the queue moved on.
const retryMs = 1_000;

/**
 * Markers on their way into the database. What comes while a batch is being stored shares the next one, in which of one member only the highest is written;
 * nobody waits for more company than that.
 */
export class MarkQueue implements AsyncDisposable {
  readonly #parts: MessageParts;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(parts: MessageParts) {
    this.#parts = parts;
  }

  /** Raises the viewer's deliveredSeq. Throws NOT_FOUND (conversationId), INVALID_INPUT (seq), UNAVAILABLE. */
  async delivered({ userId }: Viewer, mark: Mark): Promise<void> {
    requireSeq(mark.seq);
    const marked = await this.#store({ ...mark, userId, isRead: false });
    this.#tell({ userId }, mark, marked);
  }

  /** Raises the viewer's readSeq, and deliveredSeq with it. Throws as `delivered` does. */
  async read(viewer: Viewer, mark: Mark): Promise<void> {
    requireSeq(mark.seq);
    const marked = await this.#store({ ...mark, userId: viewer.userId, isRead: true });
    if (marked.endsUnread) await endUnread(this.#parts, viewer, mark);
    this.#tell(viewer, mark, marked);
  }

  /** Lets what has been accepted come to its end; takes no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #store(marking: Marking): Promise<Marked> {
    if (this.#closed || this.#queue.length >= this.#parts.config.commitQueue) {
      return Promise.reject(new OverloadError('Too much waits to be stored here. Send the same again in a moment.', retryMs));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Marked>();
    this.#queue.push({ marking, resolve, reject });
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return promise;
  }

  async #run(): Promise<void> {
    await nextTurn();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, this.#parts.config.commitBatch);
      try {
        const marked = await storeMarks(
          this.#parts,
          batch.map(({ marking }) => marking),
        );
        for (const [place, { resolve, reject }] of batch.entries()) {
          const one = marked[place];
          if (one?.error === undefined) resolve(one ?? {});
          else reject(one.error);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }

  // Neither is awaited: an answer never waits for the bus. Who misses the second finds it in the count.
  #tell({ userId }: Pick<Viewer, 'userId'>, { conversationId }: Mark, { isTold, count }: Marked): void {
    const { bus } = this.#parts;
    if (isTold) void bus.publish(streamTopic(conversationId), formatHint({ kind: 'receipt', conversationId, userId }));
    if (count !== undefined) void bus.publish(streamTopic(userId), formatHint({ kind: 'markers', conversationId, count }));
  }
}
