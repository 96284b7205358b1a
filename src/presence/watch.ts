import type { EventReader, EventStream, StreamEnd } from '../event-stream.ts';
import type { Viewer } from '../user/index.ts';
import type { Watchable } from './acquaintance.ts';
import { veiled } from './chosen.ts';
import type { Presence } from './presence.ts';

/** What a watch is made of. */
export interface WatchParts {
  readonly viewer: Viewer;
  readonly userIds: readonly bigint[];
  readonly signal: AbortSignal;
  /** Called once, when the reader begins. */
  readonly onStart: (watch: Watch) => void;
  /** Called once, however it ends. */
  readonly onEnd: (watch: Watch) => void;
}

type Result = IteratorResult<Presence, undefined>;

/**
 * A viewer's watch on some users, as the stream that its reader has of it. What is not read yet is kept once for each user, the newest: so it is bounded
 * by how many are watched, however slow the reader is.
 */
export class Watch implements EventStream<Presence> {
  readonly viewer: Viewer;
  readonly userIds: ReadonlySet<bigint>;
  readonly #parts: WatchParts;
  /** Who may be watched; absent: nothing is told of them. */
  readonly #allowed = new Map<bigint, Watchable>();
  /** Who has been told of. */
  readonly #told = new Set<bigint>();
  readonly #line = new Map<bigint, Presence>();
  #reader: EventReader<Presence> | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #outcome: StreamEnd | undefined;
  #started = false;

  constructor(parts: WatchParts) {
    this.viewer = parts.viewer;
    this.userIds = new Set(parts.userIds);
    this.#parts = parts;
  }

  /** Somebody is seen otherwise; the same as before is not told again. */
  offer(presence: Presence): void {
    if (this.#allowed.get(presence.userId) === 'OPEN') this.#tell(presence);
  }

  /** Somebody may be watched, or not any more. `presence`: how they are seen, where that is known. */
  allow(userId: bigint, may: Watchable, presence: Presence | undefined): void {
    const before = this.#allowed.get(userId) ?? 'CLOSED';
    if (before === may || !this.userIds.has(userId)) return;
    this.#allowed.set(userId, may);
    if (may === 'OPEN') presence && this.#tell(presence);
    // To who may not watch them any more they look as somebody who has gone; of who never could be watched nothing is said.
    else if (may === 'VEILED' || this.#told.has(userId)) this.#tell(veiled(userId));
  }

  fail(error: unknown): void {
    this.#finish({ error });
  }

  ended(): boolean {
    return this.#outcome !== undefined;
  }

  watch(reader: EventReader<Presence>): void {
    this.#reader = reader;
    this.#begin();
  }

  poll(): Presence | undefined {
    const [first] = this.#line.values();
    if (first !== undefined) this.#line.delete(first.userId);
    return first;
  }

  end(): StreamEnd | undefined {
    return this.#line.size === 0 ? this.#outcome : undefined;
  }

  async next(): Promise<Result> {
    this.#begin();
    for (;;) {
      const presence = this.poll();
      if (presence !== undefined) return { done: false, value: presence };
      if (this.#outcome !== undefined) break;
      this.#waiting ??= Promise.withResolvers<void>();
      await this.#waiting.promise;
    }
    const { error } = this.#outcome;
    this.#outcome = {};
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  return(): Promise<Result> {
    this.#finish({});
    this.#line.clear();
    // An end that nobody has taken is nobody's.
    this.#outcome = {};
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The signal's own listener. */
  handleEvent(): void {
    this.#line.clear();
    this.#finish({ error: this.#parts.signal.reason });
  }

  #begin(): void {
    if (this.#started || this.#outcome !== undefined) return;
    this.#started = true;
    const { signal, onStart } = this.#parts;
    if (signal.aborted) this.handleEvent();
    else {
      signal.addEventListener('abort', this, { once: true });
      onStart(this);
    }
  }

  #tell(presence: Presence): void {
    if (this.#outcome !== undefined) return;
    this.#told.add(presence.userId);
    if (this.#line.size === 0 && this.#reader?.take(presence)) return;
    // Whoever waits for their turn has it where the older one of the same user stood.
    this.#line.set(presence.userId, presence);
    this.#wake();
  }

  #finish(how: StreamEnd): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = how;
    this.#parts.signal.removeEventListener('abort', this);
    this.#parts.onEnd(this);
    this.#wake();
  }

  #wake(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
    this.#reader?.wake();
  }
}
