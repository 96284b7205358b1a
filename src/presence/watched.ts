import { type ChosenRow, seenAs } from './chosen.ts';
import type { Presence } from './presence.ts';
import type { ConnectionSummary } from './roster.ts';
import type { Watch } from './watch.ts';

/** The data from which a user's presence is computed, as last read. */
export interface Known {
  /** The roster's revision. 0 if the roster has nothing of the user. */
  readonly rev: number;
  readonly standing: ConnectionSummary;
  readonly row: ChosenRow;
}

/** The parts that a watched user needs. */
export interface WatchedParts {
  readonly userId: bigint;
  /**
   * The time in ms until a roster that lacked a user when this was called can be trusted; 0 if it can be trusted already. Never rejects.
   */
  readonly settlesIn: () => Promise<number>;
  /** The database's clock, as this node estimates it. */
  readonly now: () => Date;
  /** Reads the user again. */
  readonly reread: () => void;
  /** Called when the user's profile has changed, so that the cached profile is out of date. */
  readonly renew: () => void;
}

// A user who leaves is removed from the roster first. Their last-seen time is stored up to a tenth of a second later (last-seen.ts), and
// the hint is published after that.
const untoldMs = 1_000;
// A timer counts from the start of its turn of the event loop, so it may fire this much early.
const earlyMs = 100;
// Node's timers take at most 24 days.
const longestMs = 2_000_000_000;

/**
 * A user who is watched on this node, and how they are seen. A loss of devices is not believed while the roster may lack connections that
 * other nodes have yet to write again: losing Redis makes nobody go offline (decision 31). At first, users who are invisible, or whom a
 * block veils, wait for the same confirmation as users who are gone. Otherwise new watchers could tell them apart.
 */
export class Watched implements Disposable {
  /** The watches on this user, and this user's own watches on others. */
  readonly watches = new Set<Watch>();
  /** The number of hints received: if it changes during a read, the result may be out of date. */
  heard = 0;
  shown: Presence | undefined;
  readonly #parts: WatchedParts;
  #known: Known | undefined;
  /** The standing that watchers are shown. */
  #believed: ConnectionSummary | undefined;
  /** The roster was found to be trusted since the first read. */
  #isConfirmed = false;
  /** Until then, on the monotonic clock, the user's last-seen time may not be stored yet and its hint not published. */
  #untoldUntil = 0;
  #settling: NodeJS.Timeout | undefined;
  #textEnds: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(parts: WatchedParts) {
    this.#parts = parts;
  }

  get userId(): bigint {
    return this.#parts.userId;
  }

  /** Applies a `standing` hint. Before the first read it is only counted, which makes the read repeat. */
  stand(rev: number, standing: ConnectionSummary, lastSeenAt: Date | null): void {
    this.heard += 1;
    if (this.#known === undefined) return;
    if (rev <= this.#known.rev) {
      // Usually late. But if the clock of Redis has gone back, as in a failover to another machine, it is the newer one.
      if (!isSameStanding(standing, this.#known.standing)) this.#parts.reread();
      return;
    }
    const { row } = this.#known;
    const isLater = lastSeenAt !== null && row.choice !== 'INVISIBLE' && (row.lastSeenAt === null || row.lastSeenAt < lastSeenAt);
    this.#untoldUntil = 0;
    this.#believe({ rev, standing, row: isLater ? { ...row, lastSeenAt } : row });
  }

  /** Applies a read. The caller makes sure that no hint came during the read, since the hint may be newer. */
  read(known: Known): void {
    const before = this.#known;
    const isGone = known.standing.devices === 0;
    if (isGone && before !== undefined && before.standing.devices > 0) this.#untoldUntil = performance.now() + untoldMs;
    // A roster without the user has no revision either. Keeping the former one lets a late hint from before still count as older.
    const news = { ...known, rev: known.rev || (before?.rev ?? 0) };
    // The wait holds even if something else causes another read meanwhile.
    const leftMs = this.#untoldUntil - performance.now();
    this.#believe(news, isGone && leftMs > earlyMs ? leftMs : 0);
  }

  /**
   * Shows the user as offline to a watch whose viewer is veiled from them. A watch that was shown nothing of the user waits for it until a
   * user who is gone would be shown so.
   */
  veil(watch: Watch): void {
    if (this.#isConfirmed || watch.hasBeenTold(this.userId)) watch.veil(this.userId);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#settling);
    clearTimeout(this.#textEnds);
  }

  /** `leastMs`: the minimum time before a loss of devices is read again, however soon the roster can be trusted. */
  #believe(news: Known, leastMs = 0): void {
    // A read may end after the last watch: nothing may be scheduled then.
    if (this.#disposed) return;
    this.#known = news;
    const isLoss = this.#believed === undefined ? isShownOffline(news) : news.standing.devices < this.#believed.devices;
    if (!isLoss) this.#believed = news.standing;
    if (isLoss || !this.#isConfirmed) void this.#confirm(news, leastMs);
    this.#show();
  }

  async #confirm(news: Known, leastMs: number): Promise<void> {
    const settlesIn = Math.max(leastMs, await this.#parts.settlesIn());
    if (this.#disposed) return;
    if (settlesIn === 0) this.#confirmed();
    // Newer data has been believed meanwhile, or is being confirmed itself.
    if (this.#known !== news) return;
    if (settlesIn === 0) {
      this.#believed = news.standing;
      return this.#show();
    }
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.#parts.reread();
    }, settlesIn).unref();
  }

  #confirmed(): void {
    if (this.#isConfirmed) return;
    this.#isConfirmed = true;
    for (const watch of this.watches) watch.veil(this.userId);
  }

  #show(): void {
    const [row, standing] = [this.#known?.row, this.#believed];
    if (row === undefined || standing === undefined) return;
    const now = this.#parts.now();
    const presence = seenAs(this.userId, standing, row, now);
    clearTimeout(this.#textEnds);
    if (presence.statusText !== null && row.statusUntil !== null) this.#endText(row.statusUntil.getTime() - now.getTime());
    if (this.shown !== undefined && isSame(this.shown, presence)) return;
    // A client that gets this event reads the profile at once, possibly before this node's cache has been told of the change in any other
    // way.
    if (this.shown !== undefined && hasOtherProfile(this.shown, presence)) this.#parts.renew();
    this.shown = presence;
    for (const watch of this.watches) watch.offer(presence);
  }

  #endText(inMs: number): void {
    this.#textEnds = setTimeout(() => this.#show(), Math.min(inMs + 1, longestMs)).unref();
  }
}

/** A profile that becomes empty does not count: an erased user's watchers are sent the end of their access instead. */
function hasOtherProfile(before: Presence, after: Presence): boolean {
  return after.profile !== '' && after.profile !== before.profile;
}

function isShownOffline({ standing, row }: Known): boolean {
  return standing.devices === 0 || row.choice === 'INVISIBLE';
}

function isSameStanding(one: ConnectionSummary, other: ConnectionSummary): boolean {
  return one.devices === other.devices && one.idle === other.idle;
}

function isSame(one: Presence, other: Presence): boolean {
  return (
    one.status === other.status &&
    one.statusText === other.statusText &&
    one.devices === other.devices &&
    !hasOtherProfile(one, other) &&
    one.lastSeenAt?.getTime() === other.lastSeenAt?.getTime()
  );
}
