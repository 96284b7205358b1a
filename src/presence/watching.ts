import type { Logger } from 'pino';
import type { Bus, Unsubscribe } from '../bus/index.ts';
import type { Cluster } from '../cluster/index.ts';
import { type Complain, createComplaints } from '../complaint.ts';
import type { Db } from '../db/index.ts';
import { together } from '../together.ts';
import { watchable } from './acquaintance.ts';
import { readAttendances } from './attendances.ts';
import { readChosen } from './chosen.ts';
import { parsePresenceHint, presenceTopic } from './hint.ts';
import { Looking } from './looking.ts';
import { type Roster, standingOf } from './roster.ts';
import type { Watch } from './watch.ts';
import { type Known, Watched } from './watched.ts';

/** What watching is made of. */
export interface WatchingParts {
  readonly db: Db;
  readonly bus: Bus;
  readonly roster: Roster;
  readonly cluster: Cluster;
  readonly logger: Logger;
  /** What is kept of a user's profile is out of date. */
  readonly renew: (userId: bigint) => void;
}

/** A user's topic, while somebody here needs it. */
interface Seat {
  readonly watched: Watched;
  /** Resolves when the topic is heard and they have been read. */
  ready: Promise<void>;
  leave: Unsubscribe | undefined;
  /** How often the bus had lost something when they were last read; 0: they were not. */
  readAt: number;
}

// All that one watch needs by default, MAX_WATCHED and the viewer themselves, are read together.
const atOnce = 501;
const retryMs = 1_000;
const mostReads = 10;

/** Who is watched on this node. Each user that somebody here watches is heard of, and read, once, however many watch them. */
export class Watching implements AsyncDisposable {
  readonly #parts: WatchingParts;
  readonly #seats = new Map<bigint, Seat>();
  /** Whose topic the bus is asked for. */
  readonly #joining = new Map<bigint, Promise<void>>();
  /** By viewer: what they may watch changes with what they do. */
  readonly #watches = new Set<Watch>();
  readonly #read: (userId: bigint) => Promise<Known>;
  readonly #looking: Looking;
  /** Whose acquaintance is to be looked at, and with whom; null: everybody. */
  #unsure = new Map<bigint, Set<bigint> | null>();
  #settling: Promise<void> | undefined;
  /** Who is to be read again because it failed. */
  readonly #unread = new Set<bigint>();
  #rereading: NodeJS.Timeout | undefined;
  /** The database's clock when it was last read. */
  #clock = { now: Date.now(), by: performance.now() };
  readonly #complain: Complain;
  /** How often the bus may have lost something, and 1. */
  #gaps = 1;
  readonly #stopCounting: () => void;
  #disposed = false;

  constructor(parts: WatchingParts) {
    this.#parts = parts;
    this.#complain = createComplaints(parts.logger, 'a hint of a presence could not be read and was ignored');
    this.#stopCounting = parts.bus.onGap(() => {
      this.#gaps += 1;
    });
    this.#read = together((userIds) => this.#readAll(userIds), { atOnce, name: String });
    this.#looking = new Looking({
      ...parts,
      users: this.#seats,
      watches: this.#watches,
      reread: (userIds) => Promise.all(userIds.map((userId) => this.#reread(userId))),
      doubt: (watches) => this.#doubtAll(watches),
    });
  }

  /** Opens a watch. Rejects with UNAVAILABLE where bus, roster or database do not answer. */
  async open(watch: Watch): Promise<void> {
    this.#watches.add(watch);
    const ids = new Set([...watch.userIds, watch.viewer.userId]);
    const seats = [...ids].map((userId) => this.#sit(userId, watch));
    await Promise.all(seats.map(({ ready }) => ready));
    await this.#settle(watch, [...watch.userIds]);
  }

  close(watch: Watch): void {
    this.#watches.delete(watch);
    for (const userId of [...watch.userIds, watch.viewer.userId]) {
      const seat = this.#seats.get(userId);
      if (seat === undefined || !seat.watched.watches.delete(watch) || seat.watched.watches.size > 0) continue;
      this.#seats.delete(userId);
      seat.watched[Symbol.dispose]();
      seat.leave?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#stopCounting();
    this.#looking[Symbol.dispose]();
    clearTimeout(this.#rereading);
    await this.#settling;
    for (const { watched, leave } of this.#seats.values()) {
      watched[Symbol.dispose]();
      leave?.();
    }
    this.#seats.clear();
  }

  #sit(userId: bigint, watch: Watch): Seat {
    const known = this.#seats.get(userId);
    const seat = known ?? this.#seat(userId);
    seat.watched.watches.add(watch);
    return seat;
  }

  #seat(userId: bigint): Seat {
    const { cluster, renew } = this.#parts;
    const watched = new Watched({
      userId,
      settlesIn: () => cluster.settlesIn(),
      now: () => this.#now(),
      reread: () => void this.#reread(userId),
      renew: () => renew(userId),
    });
    const seat: Seat = { watched, ready: Promise.resolve(), leave: undefined, readAt: 0 };
    this.#seats.set(userId, seat);
    seat.ready = this.#take(seat);
    // Whoever waits for it is told; others find it gone and take another.
    seat.ready.catch(() => {
      if (this.#seats.get(userId) === seat) this.#seats.delete(userId);
      watched[Symbol.dispose]();
      seat.leave?.();
    });
    return seat;
  }

  async #take(seat: Seat): Promise<void> {
    const { userId } = seat.watched;
    const joined = this.#join(seat, this.#joining.get(userId));
    const over = joined.catch(() => undefined);
    this.#joining.set(userId, over);
    try {
      await joined;
    } finally {
      if (this.#joining.get(userId) === over) this.#joining.delete(userId);
    }
    if (this.#seats.get(userId) === seat) await this.#readInto(seat);
  }

  /** Has the topic heard, once whoever sat there before and was left while the bus was asked has left it. */
  async #join(seat: Seat, former: Promise<void> | undefined): Promise<void> {
    const { userId } = seat.watched;
    await former;
    if (this.#seats.get(userId) !== seat) return;
    const leave = await this.#parts.bus.subscribe(presenceTopic(userId), (message) => this.#hear(seat, message));
    if (this.#seats.get(userId) === seat) seat.leave = leave;
    else leave();
  }

  async #readInto(seat: Seat): Promise<void> {
    const { watched } = seat;
    for (let attempt = 1; ; attempt += 1) {
      const { heard } = watched;
      const gaps = this.#gaps;
      const known = await this.#read(watched.userId);
      // Nobody comes and goes for so long without a pause; and if they do, what comes next is heard.
      if (watched.heard !== heard && attempt < mostReads) continue;
      seat.readAt = gaps;
      return watched.read(known);
    }
  }

  async #readAll(userIds: readonly bigint[]): Promise<readonly Known[]> {
    const { roster, db } = this.#parts;
    const [attendances, rows, now] = await Promise.all([readAttendances(roster, userIds), readChosen(db.client, userIds), db.now()]);
    this.#clock = { now: now.getTime(), by: performance.now() };
    return userIds.map((userId, place) => {
      const { rev = 0, connections = [] } = attendances[place] ?? {};
      const row = rows[place];
      if (row === undefined) throw new Error(`user ${userId} was not read`);
      return { rev, standing: standingOf(connections), row };
    });
  }

  #now(): Date {
    const { now, by } = this.#clock;
    return new Date(now + performance.now() - by);
  }

  async #reread(userId: bigint): Promise<void> {
    const seat = this.#seats.get(userId);
    if (seat === undefined) return;
    try {
      await seat.ready;
      await this.#readInto(seat);
    } catch (error) {
      this.#parts.logger.debug({ err: error }, 'a presence could not be read anew');
      this.#rereadLater(userId);
    }
  }

  // What tells that Redis is back, and what is read, are connections that come back each in its own time.
  #rereadLater(userId: bigint): void {
    this.#unread.add(userId);
    this.#rereading ??= setTimeout(() => {
      const again = [...this.#unread];
      this.#unread.clear();
      this.#rereading = undefined;
      for (const one of again) void this.#reread(one);
    }, retryMs).unref();
  }

  #doubtAll(watches: Iterable<Watch>): void {
    for (const { viewer } of watches) this.#unsure.set(viewer.userId, null);
    this.#settleSoon();
  }

  #hear(seat: Seat, message: string): void {
    const { watched } = seat;
    const hint = parsePresenceHint(message);
    if (hint === null) this.#complain(presenceTopic(watched.userId));
    else if (hint.kind === 'standing' && this.#isSure(seat)) watched.stand(hint.rev, hint, hint.lastSeenAt);
    else if (hint.kind === 'standing' || hint.kind === 'chosen') {
      // What is being read may be older, and come later than what is read now.
      watched.heard += 1;
      void this.#reread(watched.userId);
    } else this.#doubt(watched.userId, hint.others);
  }

  /** Whether they cannot wish to be seen otherwise by now, without this node having heard of it. A node that is cut off still hears itself. */
  #isSure({ readAt }: Seat): boolean {
    return readAt === this.#gaps && this.#parts.bus.healthy;
  }

  #doubt(userId: bigint, others: readonly bigint[] | null): void {
    const known = this.#unsure.get(userId);
    if (known === null) return;
    this.#unsure.set(userId, others === null ? null : new Set([...(known ?? []), ...others]));
    this.#settleSoon();
  }

  #settleSoon(): void {
    this.#settling ??= this.#settleAll().finally(() => {
      this.#settling = undefined;
    });
  }

  /** Looks at all that is unsure, one user after the other; what fails is looked at until it is known. */
  async #settleAll(): Promise<void> {
    for (let [next] = this.#unsure; next !== undefined && !this.#disposed; [next] = this.#unsure) {
      const [userId, others] = next;
      this.#unsure.delete(userId);
      try {
        await this.#settleUser(userId, others);
      } catch (error) {
        this.#parts.logger.debug({ err: error }, 'who may watch whom could not be read');
        const again = this.#unsure.get(userId);
        this.#unsure.set(userId, again === null || others === null ? null : new Set([...(again ?? []), ...others]));
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  async #settleUser(userId: bigint, others: ReadonlySet<bigint> | null): Promise<void> {
    const watches = [...(this.#seats.get(userId)?.watched.watches ?? [])];
    const own = watches.filter(({ viewer }) => viewer.userId === userId);
    for (const watch of own)
      await this.#settle(
        watch,
        [...watch.userIds].filter((id) => others?.has(id) ?? true),
      );
    const by = watches.filter(
      ({ viewer, userIds }) => userIds.has(userId) && viewer.userId !== userId && (others?.has(viewer.userId) ?? true),
    );
    const viewers = [...new Set(by.map(({ viewer }) => viewer.userId))];
    if (viewers.length === 0) return;
    // It is the same both ways: one question for all who watch them.
    const may = await watchable(this.#parts.db.client, userId, viewers);
    const found = new Map(viewers.map((viewerId, place) => [viewerId, may[place] ?? 'CLOSED']));
    for (const watch of by) watch.allow(userId, found.get(watch.viewer.userId) ?? 'CLOSED', this.#seats.get(userId)?.watched.shown);
  }

  async #settle(watch: Watch, userIds: readonly bigint[]): Promise<void> {
    if (userIds.length === 0) return;
    const may = await watchable(this.#parts.db.client, watch.viewer.userId, userIds);
    for (const [place, userId] of userIds.entries()) {
      watch.allow(userId, may[place] ?? 'CLOSED', this.#seats.get(userId)?.watched.shown);
    }
  }
}
