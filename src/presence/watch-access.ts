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
  readonly watchedOf: (userId: bigint) => Pick<Watched, 'watches' | 'shown'> | undefined;
}

const retryMs = 1_000;

/** Whom the watches of this node may watch, kept up to date by the `access` hints. */
export class WatchAccess implements AsyncDisposable {
  readonly #parts: WatchAccessParts;
  /** By user: with whom their access must be read again. Null: with everybody. */
  readonly #unsure = new Map<bigint, Set<bigint> | null>();
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
      const may = await this.#read(watch, [...watch.userIds]);
      // A slow first read may be older than what a hint has had read meanwhile: it must not show a user who has just blocked the viewer.
      for (const [userId, one] of may) if (!settled.has(userId)) this.#allow(watch, userId, one);
    } finally {
      this.#opening.delete(watch);
    }
  }

  /** Reads the access between a user and the others again; `others` null: and everybody. */
  doubt(userId: bigint, others: readonly bigint[] | null): void {
    const known = this.#unsure.get(userId);
    if (known === null) return;
    this.#unsure.set(userId, others === null ? null : new Set([...(known ?? []), ...others]));
    this.#settleSoon();
  }

  /** Reads the access of all these watches again. */
  doubtAll(watches: Iterable<Watch>): void {
    for (const { viewer } of watches) this.doubt(viewer.userId, null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#settling;
  }

  #settleSoon(): void {
    this.#settling ??= this.#settleAll().finally(() => {
      this.#settling = undefined;
    });
  }

  /** Reads the access of all users in `#unsure`, one user after the other. Failed reads are repeated until they succeed. */
  async #settleAll(): Promise<void> {
    for (let [next] = this.#unsure; next !== undefined && !this.#disposed; [next] = this.#unsure) {
      const [userId, others] = next;
      this.#unsure.delete(userId);
      try {
        await this.#settleUser(userId, others);
      } catch (error) {
        this.#parts.logger.debug({ err: error }, 'presence permissions could not be read');
        const again = this.#unsure.get(userId);
        this.#unsure.set(userId, again === null || others === null ? null : new Set([...(again ?? []), ...others]));
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  async #settleUser(userId: bigint, others: ReadonlySet<bigint> | null): Promise<void> {
    const watches = [...(this.#parts.watchedOf(userId)?.watches ?? [])];
    const own = watches.filter(({ viewer }) => viewer.userId === userId);
    for (const watch of own) {
      const userIds = [...watch.userIds].filter((id) => others?.has(id) ?? true);
      for (const [id, one] of await this.#read(watch, userIds)) this.#settle(watch, id, one);
    }
    const by = watches.filter(
      ({ viewer, userIds }) => userIds.has(userId) && viewer.userId !== userId && (others?.has(viewer.userId) ?? true),
    );
    const viewers = [...new Set(by.map(({ viewer }) => viewer.userId))];
    if (viewers.length === 0) return;
    // Access is the same in both directions, so one query serves all who watch this user.
    const may = await watchable(this.#parts.db.client, userId, viewers);
    const found = new Map(viewers.map((viewerId, place) => [viewerId, may[place] ?? 'CLOSED']));
    for (const watch of by) this.#settle(watch, userId, found.get(watch.viewer.userId) ?? 'CLOSED');
  }

  async #read({ viewer }: Watch, userIds: readonly bigint[]): Promise<ReadonlyMap<bigint, Watchable>> {
    if (userIds.length === 0) return new Map();
    const may = await watchable(this.#parts.db.client, viewer.userId, userIds);
    return new Map(userIds.map((userId, place) => [userId, may[place] ?? 'CLOSED']));
  }

  #settle(watch: Watch, userId: bigint, may: Watchable): void {
    this.#opening.get(watch)?.add(userId);
    this.#allow(watch, userId, may);
  }

  #allow(watch: Watch, userId: bigint, may: Watchable): void {
    watch.allow(userId, may, this.#parts.watchedOf(userId)?.shown);
  }
}
