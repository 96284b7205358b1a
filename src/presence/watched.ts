import { type ChosenRow, seenAs } from './chosen.ts';
import type { Presence } from './presence.ts';
import type { Standing } from './roster.ts';
import type { Watch } from './watch.ts';

/** What a user's presence follows from, as it was read. */
export interface Known {
  /** Of the roster; 0: nobody is on it. */
  readonly rev: number;
  readonly standing: Standing;
  readonly row: ChosenRow;
}

/** What a watched user is made of. */
export interface WatchedParts {
  readonly userId: bigint;
  /** ms until a roster that lacked somebody when this was asked can be believed; 0: it can. Never rejects. */
  readonly settlesIn: () => Promise<number>;
  /** The database's clock, as this node has it. */
  readonly now: () => Date;
  /** Reads them anew. */
  readonly reread: () => void;
  /** Their profile is another: what is kept of it is out of date. */
  readonly renew: () => void;
}

// Who goes is off the roster before it is stored when they were last seen, which takes a tenth of a second (last-seen.ts), and only then told.
const untoldMs = 1_000;
// A timer counts from when its turn of the loop began, and so comes that much early.
const earlyMs = 100;
// The longest that a timer takes is 24 days.
const longestMs = 2_000_000_000;

/**
 * Somebody whom others watch on this node, and how they are seen. Bad news waits while the roster may lack what other nodes have yet to tell it again: nobody
 * goes offline because Redis was.
 */
export class Watched implements Disposable {
  /** Who watches them, and where they watch others themselves. */
  readonly watches = new Set<Watch>();
  /** Counts what was heard of them: what was read meanwhile may be older. */
  heard = 0;
  shown: Presence | undefined;
  readonly #parts: WatchedParts;
  #known: Known | undefined;
  /** Where they stand, as far as it is believed. */
  #believed: Standing | undefined;
  /** Until then it may be yet to be told, and stored, that they have gone, on the clock that runs evenly. */
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

  /** They are connected otherwise. Before they have been read it only counts: they are read again. */
  stand(rev: number, standing: Standing, lastSeenAt: Date | null): void {
    this.heard += 1;
    if (this.#known === undefined || rev <= this.#known.rev) return;
    const { row } = this.#known;
    const isLater = lastSeenAt !== null && row.choice !== 'INVISIBLE' && (row.lastSeenAt === null || row.lastSeenAt < lastSeenAt);
    this.#untoldUntil = 0;
    this.#believe({ rev, standing, row: isLater ? { ...row, lastSeenAt } : row });
  }

  /** They have been read, and nothing was heard of them meanwhile: what was heard may be newer. */
  read(known: Known): void {
    const before = this.#known;
    const isGone = known.standing.devices === 0;
    if (isGone && before !== undefined && before.standing.devices > 0) this.#untoldUntil = performance.now() + untoldMs;
    // A roster that has nobody of them has no revision either: what was told before that, and comes late, is still older.
    const news = { ...known, rev: known.rev || (before?.rev ?? 0) };
    // Whatever has them read again meanwhile.
    const leftMs = this.#untoldUntil - performance.now();
    this.#believe(news, isGone && leftMs > earlyMs ? leftMs : 0);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#settling);
    clearTimeout(this.#textEnds);
  }

  /** `leastMs`: bad news is read once more after so long, however soon the roster can be believed. */
  #believe(news: Known, leastMs = 0): void {
    this.#known = news;
    if (news.standing.devices < (this.#believed?.devices ?? 1)) void this.#confirm(news, leastMs);
    else this.#believed = news.standing;
    this.#show();
  }

  async #confirm(news: Known, leastMs: number): Promise<void> {
    const settlesIn = Math.max(leastMs, await this.#parts.settlesIn());
    // What came meanwhile was believed, or is to be confirmed itself.
    if (this.#disposed || this.#known !== news) return;
    if (settlesIn === 0) {
      this.#believed = news.standing;
      return this.#show();
    }
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.#parts.reread();
    }, settlesIn).unref();
  }

  #show(): void {
    const [row, standing] = [this.#known?.row, this.#believed];
    if (row === undefined || standing === undefined) return;
    const now = this.#parts.now();
    const presence = seenAs(this.userId, standing, row, now);
    clearTimeout(this.#textEnds);
    if (presence.statusText !== null && row.statusUntil !== null) this.#endText(row.statusUntil.getTime() - now.getTime());
    if (this.shown !== undefined && isSame(this.shown, presence)) return;
    // Who is told reads it at once, and may be told before this node has heard of it in any other way.
    if (this.shown !== undefined && hasOtherProfile(this.shown, presence)) this.#parts.renew();
    this.shown = presence;
    for (const watch of this.watches) watch.offer(presence);
  }

  #endText(inMs: number): void {
    this.#textEnds = setTimeout(() => this.#show(), Math.min(inMs + 1, longestMs)).unref();
  }
}

/** To have none any more is not another: whoever is erased is told of by the end of their being watched. */
function hasOtherProfile(before: Presence, after: Presence): boolean {
  return after.profile !== '' && after.profile !== before.profile;
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
