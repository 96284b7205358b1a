import { EventQueue } from '../event-queue.ts';
import type { Viewer } from '../user/index.ts';
import type { Watchable } from './acquaintance.ts';
import { veiled } from './chosen.ts';
import type { Presence } from './presence.ts';

/** The parts that a watch needs. */
export interface WatchParts {
  readonly viewer: Viewer;
  readonly userIds: readonly bigint[];
  readonly signal: AbortSignal;
  /** Called once, when the reader starts. */
  readonly onStart: (watch: Watch) => void;
  /** Called once, however the watch ends. */
  readonly onEnd: (watch: Watch) => void;
}

/**
 * A viewer's watch on a set of users, as a stream for its reader. Of what has not been read yet, only the newest presence of each user is
 * kept, so its memory is bounded by the number of users, however slow the reader is.
 */
export class Watch extends EventQueue<Presence> {
  readonly viewer: Viewer;
  readonly userIds: ReadonlySet<bigint>;
  readonly #parts: WatchParts;
  /** Whom the viewer may watch. Users who are absent are not sent. */
  readonly #allowed = new Map<bigint, Watchable>();
  /** The users of whom a presence has been sent. */
  readonly #told = new Set<bigint>();
  /** The users from whom the viewer is veiled, and who have not been sent as offline since. Created when needed: few viewers have any. */
  #unveiled: Set<bigint> | undefined;
  readonly #line = new Map<bigint, Presence>();

  constructor(parts: WatchParts) {
    super(parts.signal);
    this.viewer = parts.viewer;
    this.userIds = new Set(parts.userIds);
    this.#parts = parts;
  }

  /** Sends a user's changed presence if the viewer may watch them. The caller filters out repeats. */
  offer(presence: Presence): void {
    if (this.#allowed.get(presence.userId) === 'OPEN') this.#tell(presence);
  }

  hasBeenTold(userId: bigint): boolean {
    return this.#told.has(userId);
  }

  /** Sends a user as offline if the viewer has been veiled from them and was not sent that yet. */
  veil(userId: bigint): void {
    if (this.#unveiled?.delete(userId) === true) this.#tell(veiled(userId));
  }

  /**
   * Sets whether the viewer may watch a user. `presence` is how the user is seen, if that is known. VEILED sends nothing yet: `veil` does.
   */
  allow(userId: bigint, may: Watchable, presence: Presence | undefined): void {
    const before = this.#allowed.get(userId) ?? 'CLOSED';
    if (before === may || !this.userIds.has(userId)) return;
    this.#allowed.set(userId, may);
    this.#unveiled?.delete(userId);
    if (may === 'OPEN') presence && this.#tell(presence);
    else if (may === 'VEILED') this.#unveiled = new Set(this.#unveiled).add(userId);
    // To a viewer who may no longer watch them, the user looks as if they had gone offline. Nothing is sent of a user whom the viewer could
    // never watch.
    else if (this.#told.has(userId)) this.#tell(veiled(userId));
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
    // A newer presence takes the place in the queue of the same user's older one.
    this.#line.set(presence.userId, presence);
    this.wake();
  }
}
