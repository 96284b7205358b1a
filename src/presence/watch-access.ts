import type { Logger } from 'pino';
import type { Db } from '../db/index.ts';
import { type Watchable, watchable } from './acquaintance.ts';
import type { Watch } from './watch.ts';
import type { Watched } from './watched.ts';

/** The parts that WatchAccess needs. */
export interface WatchAccessParts {
  readonly db: Db;
  readonly logger: Logger;
  /** Returns a user whom this node watches. */
  readonly watchedOf: (userId: bigint) => Pick<Watched, 'watches' | 'shown' | 'veil'> | undefined;
}

const retryMs = 1_000;

/** Whom the watches of this node may watch, kept up to date by the `access` hints. */
export class WatchAccess implements AsyncDisposable {
  readonly #parts: WatchAccessParts;
  /** By user: with whom their access must be read again. Null: with everybody. */
  readonly #unsure = new Map<bigint, ReadonlySet<bigint> | null>();
  /**
   * The viewers whose access to everybody is read again, because a hint of a change may have been lost. What is known to have changed comes
   * first: after a gap, these are all viewers.
   */
  readonly #later = new Set<bigint>();
  /** By new watch, while its access is read for the first time: the users whose access a later read has set meanwhile. */
  readonly #opening = new Map<Watch, Set<bigint>>();
  #settling: Promise<void> | undefined;
  #disposed = false;

  constructor(parts: WatchAccessParts) {
    this.#parts = parts;
  }

  /** Reads the access of a new watch. Rejects if the database does not answer. */
  async open(watch: Watch): Promise<void> {
    const settled = new Set<bigint>();
    this.#opening.set(watch, settled);
    try {
      const may = await this.#read(watch.viewer.userId, [...watch.userIds]);
      // A slow first read may be older than what a hint has had read meanwhile: it must not show a user who has just blocked the viewer.
      for (const [userId, one] of may) if (!settled.has(userId)) this.#allow(watch, userId, one);
    } finally {
      this.#opening.delete(watch);
    }
  }

  /** Reads the access between a user and the others again; `others` null: and everybody. */
  doubt(userId: bigint, others: readonly bigint[] | null): void {
    this.#doubt(userId, others && new Set(others));
    this.#settleSoon();
  }

  /** Reads the access of all these watches again, as soon as nothing else is to be read. */
  doubtAll(watches: Iterable<Watch>): void {
    for (const { viewer } of watches) this.#later.add(viewer.userId);
    this.#settleSoon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#settling;
  }

  #doubt(userId: bigint, others: ReadonlySet<bigint> | null): void {
    const known = this.#unsure.get(userId);
    this.#unsure.set(userId, known === null || others === null ? null : new Set([...(known ?? []), ...others]));
  }

  #settleSoon(): void {
    this.#settling ??= this.#settleAll().finally(() => {
      this.#settling = undefined;
      // A doubt that came after the last look, and before this.
      if (this.#next() !== undefined && !this.#disposed) this.#settleSoon();
    });
  }

  /** Reads the access of all users in `#unsure` and `#later`, one user after the other. Failed reads are repeated until they succeed. */
  async #settleAll(): Promise<void> {
    for (let next = this.#next(); next !== undefined && !this.#disposed; next = this.#next()) {
      const [userId, others] = next;
      this.#unsure.delete(userId);
      if (others === null) this.#later.delete(userId);
      try {
        await this.#settleUser(userId, others);
      } catch (error) {
        this.#parts.logger.debug({ err: error }, 'presence permissions could not be read');
        this.#doubt(userId, others);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  #next(): readonly [userId: bigint, others: ReadonlySet<bigint> | null] | undefined {
    const [[known], [maybe]] = [this.#unsure, this.#later];
    return known ?? (maybe === undefined ? undefined : [maybe, null]);
  }

  async #settleUser(userId: bigint, others: ReadonlySet<bigint> | null): Promise<void> {
    const isMeant = (other: bigint): boolean => others?.has(other) ?? true;
    const watches = [...(this.#parts.watchedOf(userId)?.watches ?? [])];
    const own = watches.filter(({ viewer }) => viewer.userId === userId);
    const by = watches.filter(({ viewer, userIds }) => viewer.userId !== userId && userIds.has(userId) && isMeant(viewer.userId));
    // Access is the same in both directions, so one query serves all watches of this user and all watches on them.
    const may = await this.#read(userId, [
      ...new Set([...own.flatMap(({ userIds }) => [...userIds].filter(isMeant)), ...by.map(({ viewer }) => viewer.userId)]),
    ]);
    for (const watch of own) for (const [id, one] of may) this.#settle(watch, id, one);
    for (const watch of by) this.#settle(watch, userId, may.get(watch.viewer.userId) ?? 'CLOSED');
  }

  async #read(userId: bigint, otherIds: readonly bigint[]): Promise<ReadonlyMap<bigint, Watchable>> {
    if (otherIds.length === 0) return new Map();
    const may = await watchable(this.#parts.db.client, userId, otherIds);
    return new Map(otherIds.map((otherId, place) => [otherId, may[place] ?? 'CLOSED']));
  }

  #settle(watch: Watch, userId: bigint, may: Watchable): void {
    this.#opening.get(watch)?.add(userId);
    this.#allow(watch, userId, may);
  }

  #allow(watch: Watch, userId: bigint, may: Watchable): void {
    const watched = this.#parts.watchedOf(userId);
    watch.allow(userId, may, watched?.shown);
    if (may === 'VEILED') watched?.veil(watch);
  }
}
