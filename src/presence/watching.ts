import type { Logger } from 'pino';
import type { Bus, Unsubscribe } from '../bus/index.ts';
import type { Cluster } from '../cluster/index.ts';
import type { Db } from '../db/index.ts';
import { createIgnoredReports, type ReportIgnored } from '../ignored-data.ts';
import { together } from '../together.ts';
import { readChosen } from './chosen.ts';
import { parsePresenceHint, presenceTopic } from './hint.ts';
import { Rereads } from './rereads.ts';
import { type Roster, summaryOf } from './roster.ts';
import { readUserConnections } from './user-connections.ts';
import type { Watch } from './watch.ts';
import { WatchAccess } from './watch-access.ts';
import { type Known, Watched } from './watched.ts';

/** The parts that Watching needs. */
export interface WatchingParts {
  readonly db: Db;
  readonly bus: Bus;
  readonly roster: Roster;
  readonly cluster: Cluster;
  readonly logger: Logger;
  /** Called when the cached profile of a user is out of date. */
  readonly renew: (userId: bigint) => void;
}

/** A watched user and the subscription to their topic, while any watch on this node needs it. */
interface Seat {
  readonly watched: Watched;
  /** Resolves once the topic is subscribed and the user has been read. */
  ready: Promise<void>;
  leave: Unsubscribe | undefined;
  /** The value of `#gaps` when the last read of the user started. 0 if there was none. */
  readAt: number;
  /** How many reads of the user were started, and which of them is the newest that has ended. */
  reads: number;
  newestRead: number;
}

// The users of one watch of the default size, MAX_WATCHED and the viewer, are read together.
const atOnce = 501;
const retryMs = 1_000;
const mostReads = 10;

/** The users who are watched on this node. Each is subscribed to and read once, however many watches there are on them. */
export class Watching implements AsyncDisposable {
  readonly #parts: WatchingParts;
  readonly #seats = new Map<bigint, Seat>();
  /** By user: the attempt to subscribe to their topic that is under way. */
  readonly #joining = new Map<bigint, Promise<void>>();
  /** All open watches. */
  readonly #watches = new Set<Watch>();
  readonly #read: (userId: bigint) => Promise<Known>;
  readonly #looking: Rereads;
  readonly #access: WatchAccess;
  /** The users whose last read failed. */
  readonly #unread = new Set<bigint>();
  #rereading: NodeJS.Timeout | undefined;
  /** The database's clock at the last read, and performance.now() at that moment. */
  #clock = { now: Date.now(), by: performance.now() };
  readonly #complain: ReportIgnored;
  /** One more than the number of gaps that the bus has reported. */
  #gaps = 1;
  readonly #stopCounting: () => void;

  constructor(parts: WatchingParts) {
    this.#parts = parts;
    this.#complain = createIgnoredReports(parts.logger, 'a hint of a presence could not be read and was ignored');
    this.#stopCounting = parts.bus.onGap(() => {
      this.#gaps += 1;
    });
    this.#read = together((userIds) => this.#readAll(userIds), { atOnce, name: String });
    this.#looking = new Rereads({
      ...parts,
      users: this.#seats,
      watches: this.#watches,
      reread: (userIds) => Promise.all(userIds.map((userId) => this.#reread(userId))),
      doubt: (watches) => this.#access.doubtAll(watches),
    });
    this.#access = new WatchAccess({ ...parts, watchedOf: (userId) => this.#seats.get(userId)?.watched });
  }

  /** Opens a watch. Rejects with ChatError UNAVAILABLE if the bus, the roster or the database does not answer. */
  async open(watch: Watch): Promise<void> {
    this.#watches.add(watch);
    const ids = new Set([...watch.userIds, watch.viewer.userId]);
    const seats = [...ids].map((userId) => this.#sit(userId, watch));
    await Promise.all(seats.map(({ ready }) => ready));
    await this.#access.open(watch);
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
    this.#stopCounting();
    this.#looking[Symbol.dispose]();
    clearTimeout(this.#rereading);
    await this.#access[Symbol.asyncDispose]();
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
    const seat: Seat = { watched, ready: Promise.resolve(), leave: undefined, readAt: 0, reads: 0, newestRead: 0 };
    this.#seats.set(userId, seat);
    seat.ready = this.#take(seat);
    // Watches that wait for this seat fail with its error; later ones make a new seat.
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

  /** Subscribes to the topic, once a former seat of the same user has unsubscribed: the bus allows one subscription per topic. */
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
      seat.reads += 1;
      const read = seat.reads;
      const known = await this.#read(watched.userId);
      // After so many reads, changes that keep coming are left to the next hints.
      if (watched.heard !== heard && attempt < mostReads) continue;
      // A read that started later has overtaken this one, and may know a change of which no hint has come.
      if (read < seat.newestRead) return;
      seat.newestRead = read;
      seat.readAt = gaps;
      return watched.read(known);
    }
  }

  async #readAll(userIds: readonly bigint[]): Promise<readonly Known[]> {
    const { roster, db } = this.#parts;
    const [attendances, rows, now] = await Promise.all([readUserConnections(roster, userIds), readChosen(db.client, userIds), db.now()]);
    this.#clock = { now: now.getTime(), by: performance.now() };
    return userIds.map((userId, place) => {
      const { rev = 0, connections = [] } = attendances[place] ?? {};
      const row = rows[place];
      if (row === undefined) throw new Error(`user ${userId} was not read`);
      return { rev, standing: summaryOf(connections), row };
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
      this.#parts.logger.debug({ err: error }, 'a presence could not be reread');
      this.#rereadLater(userId);
    }
  }

  // The bus and the stores reconnect at different times: a gap may be reported before the roster can be read.
  #rereadLater(userId: bigint): void {
    this.#unread.add(userId);
    this.#rereading ??= setTimeout(() => {
      const again = [...this.#unread];
      this.#unread.clear();
      this.#rereading = undefined;
      for (const one of again) void this.#reread(one);
    }, retryMs).unref();
  }

  #hear(seat: Seat, message: string): void {
    const { watched } = seat;
    const hint = parsePresenceHint(message);
    if (hint === null) this.#complain(presenceTopic(watched.userId));
    else if (hint.kind === 'standing' && this.#isSure(seat)) watched.stand(hint.rev, hint, hint.lastSeenAt);
    else if (hint.kind === 'standing' || hint.kind === 'chosen') {
      // A read that is under way may end later, with older data. Counting the hint makes it repeat.
      watched.heard += 1;
      void this.#reread(watched.userId);
    } else this.#access.doubt(watched.userId, hint.others);
  }

  /** False if this node may have missed a `chosen` hint. It still hears its own hints while it is cut off (decision 64). */
  #isSure({ readAt }: Seat): boolean {
    return readAt === this.#gaps && this.#parts.bus.healthy;
  }
}
