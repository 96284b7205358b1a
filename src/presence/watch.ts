import { EventLine } from '../event-line.ts';
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

/**
 * A viewer's watch on some users, as the stream that its reader has of it. What is not read yet is kept once for each user, the newest: so it is bounded
 * by how many are watched, however slow the reader is.
 */
export class Watch extends EventLine<Presence> {
  readonly viewer: Viewer;
  readonly userIds: ReadonlySet<bigint>;
  readonly #parts: WatchParts;
  /** Who may be watched; absent: nothing is told of them. */
  readonly #allowed = new Map<bigint, Watchable>();
  /** Who has been told of. */
  readonly #told = new Set<bigint>();
  readonly #line = new Map<bigint, Presence>();

  constructor(parts: WatchParts) {
    super(parts.signal);
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

  poll(): Presence | undefined {
    const [first] = this.#line.values();
    if (first !== undefined) this.#line.delete(first.userId);
    return first;
  }

  idle(): boolean {
    return this.#line.size === 0;
  }

  protected clear(): void {
    this.#line.clear();
  }

  protected begun(): void {
    this.#parts.onStart(this);
  }

  protected finished(): void {
    this.#parts.onEnd(this);
  }

  #tell(presence: Presence): void {
    if (this.ended()) return;
    this.#told.add(presence.userId);
    if (this.taken(presence)) return;
    // Whoever waits for their turn has it where the older one of the same user stood.
    this.#line.set(presence.userId, presence);
    this.wake();
  }
}
