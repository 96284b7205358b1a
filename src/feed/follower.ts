import type { Logger } from 'pino';
import { changesAccess, type Entry, seenFrom } from '../log/index.ts';
import { Retries } from '../retries.ts';
import type { Channel, EphemeralEvent, Listener } from './channel.ts';
import { type EntryEvent, eventOf } from './event.ts';
import type { Outlet } from './outlet.ts';

/** The subscription that a follower reports to. */
export interface Owner {
  /**
   * Called with each entry that changesAccess, before it is delivered. If it returns false, the follower stops and the entry is not
   * delivered (I4).
   */
  admits(entry: Entry): boolean;
  ephemeral(event: EphemeralEvent): void;
  /** Called with an entry that changesAccess when the follower has not reached it yet. The follower may have to stop where it is. */
  overtaken(follower: Follower, entry: Entry): void;
  /** Called when entries are skipped because they cannot be delivered. */
  skipped(streamId: bigint): void;
}

/** Where to enter a stream, and what the viewer may read there. */
export interface Entrance {
  /** The follower begins with the entry after this seq. */
  readonly position: number;
  /** The first seq that the viewer may read. */
  readonly fromSeq: number;
  /**
   * The entry with which the viewer joined. Where the viewer may read earlier entries, the end of an earlier membership does not end this
   * one.
   */
  readonly joinedSeq: number;
}

interface FollowerParts extends Entrance {
  readonly channel: Channel;
  readonly outlet: Outlet;
  readonly logger: Logger;
  readonly owner: Owner;
  /** How many entries the follower may fall behind while its client makes no room. Past it, they are skipped and the owner is told. */
  readonly maxGap: number;
}

/**
 * How long, in ms, entries from before the end of an access are still delivered to a client that keeps up. Nothing is delivered after that,
 * so that a slow client cannot go on reading (decision 15).
 */
export const graceMs = 1_000;

/** As `upTo`: read up to the channel's position, wherever it is by then. */
const goOn = Number.POSITIVE_INFINITY;

/**
 * Follows one stream for one subscription, from a position on, in three phases.
 * - Catch up: entries are read page by page, from the channel's ring as far as it reaches, otherwise from the log.
 * - Cut over: when its position equals the channel's, it turns live in the same synchronous step, so nothing can come in between.
 * - Live: entries are passed on as they come.
 *
 * If its client does not keep up, it returns to the first phase and reads from the log once there is room. So memory stays bounded (I6).
 */
export class Follower implements Listener {
  readonly #channel: Channel;
  readonly #outlet: Outlet;
  readonly #owner: Owner;
  readonly #logger: Logger;
  readonly #maxGap: number;
  readonly #fromSeq: number;
  readonly #joinedSeq: number;
  #position: number;
  #live = false;
  #stopped = false;

  constructor({ channel, position, fromSeq, joinedSeq, outlet, owner, logger, maxGap }: FollowerParts) {
    this.#fromSeq = fromSeq;
    this.#joinedSeq = joinedSeq;
    this.#channel = channel;
    this.#outlet = outlet;
    this.#owner = owner;
    this.#logger = logger;
    this.#maxGap = maxGap;
    this.#position = position;
    channel.join(this);
  }

  get streamId(): bigint {
    return this.#channel.streamId;
  }

  /** The last seq that was put in line for the client. */
  position(): number {
    return this.#position;
  }

  /** Whether entries are passed on as they come. */
  isLive(): boolean {
    return this.#live;
  }

  /** Puts all entries up to `upTo`, a committed seq, in line. `room` waits for the client to make room. Throws ChatError UNAVAILABLE. */
  async replay(upTo: number, room: () => Promise<void>): Promise<void> {
    if (this.#position < upTo) while (await this.#step(upTo, room));
  }

  /** Catches up, then passes entries on as they come. If the log cannot be read, it retries until it can or the follower stops. */
  goLive(): void {
    void this.#catchUp();
  }

  stop(): void {
    this.#stopped = true;
    this.#live = false;
    this.#channel.leave(this);
  }

  entry(event: EntryEvent): boolean {
    const { entry } = event;
    if (entry.type === 'MessageRecalled') this.#outlet.recall(entry);
    if (entry.seq <= this.#position) return false;
    if ((!this.#live || this.#outlet.full()) && this.#changesAccess(entry)) this.#owner.overtaken(this, entry);
    if (!this.#live) return false;
    if (!this.#outlet.full()) return this.#pass(event);
    this.#live = false;
    void this.#catchUp();
    return false;
  }

  ephemeral(event: EphemeralEvent): void {
    // A signal from before the viewer joined. A member who came with entry 1 was there from the beginning.
    const tooEarly = event.kind === 'signal' && event.seq < this.#joinedSeq && this.#joinedSeq > 1;
    if (this.#live && !tooEarly && !this.#outlet.crowded()) this.#owner.ephemeral(event);
  }

  skipped(head: number): void {
    if (this.#live) this.#jump(head);
  }

  #changesAccess(entry: Entry): boolean {
    return entry.seq >= this.#joinedSeq && changesAccess(entry);
  }

  #pass(event: EntryEvent): boolean {
    const { entry } = event;
    if (this.#stopped) return false;
    if (this.#changesAccess(entry) && !this.#owner.admits(entry)) {
      this.stop();
      return false;
    }
    this.#position = entry.seq;
    const seen = seenFrom(entry, this.#fromSeq);
    this.#outlet.push(seen === entry ? event : eventOf(seen));
    return true;
  }

  /** Puts the next of these entries in line. Returns false if there is no room for all of them. */
  #passAll(entries: readonly Entry[], upTo: number): boolean {
    for (const entry of entries) {
      if (this.#stopped || entry.seq > upTo) return true;
      if (entry.seq !== this.#position + 1) continue;
      if (this.#outlet.full()) return false;
      this.#pass(eventOf(entry));
    }
    return true;
  }

  #isOver(): boolean {
    return this.#stopped || this.#outlet.ended();
  }

  #jump(head: number): void {
    this.#position = head;
    this.#owner.skipped(this.streamId);
  }

  /** One step of the catch-up. Returns false when nothing is left up to the channel's position or `upTo`. */
  async #step(upTo: number, room: () => Promise<void>): Promise<boolean> {
    const [outlet, channel] = [this.#outlet, this.#channel];
    // Other followers have waited for the same room and may have used it.
    do await room();
    while (!this.#isOver() && !outlet.roomy());
    if (this.#isOver()) return false;
    const recent = channel.recent(this.#position);
    if (recent !== null) {
      if (!this.#passAll(recent, upTo)) return true;
      // A committed entry may not have reached the channel yet.
      if (this.#stopped || upTo === goOn || this.#position >= upTo) return false;
    }
    const { entries, floor, head } = await channel.read(this.#position, upTo === goOn ? channel.lastSeq() : upTo);
    if (this.#position < floor) this.#jump(head);
    this.#passAll(entries, upTo);
    return !this.#stopped && this.#position < Math.min(upTo, head);
  }

  /**
   * Skips to the head if the client reads more slowly than others write, because its catch-up would never end. Returns true if it skipped.
   */
  async #isTooFarBehind(room: () => Promise<void>): Promise<boolean> {
    if (this.#outlet.roomy()) return false;
    await room();
    const head = this.#channel.lastSeq();
    if (this.#isOver() || head - this.#position <= this.#maxGap) return false;
    this.#jump(head);
    return true;
  }

  async #catchUp(): Promise<void> {
    const [outlet, channel, logger] = [this.#outlet, this.#channel, this.#logger];
    const room = () => outlet.room();
    const retries = new Retries();
    while (!this.#stopped && !outlet.ended()) {
      try {
        while (await outlet.inTurn(async () => !(await this.#isTooFarBehind(room)) && (await this.#step(goOn, room)))) retries.reset();
        if (this.#stopped || this.#position >= channel.lastSeq()) {
          this.#live = !this.#stopped;
          return;
        }
      } catch (error) {
        logger.warn(
          { err: error, streamId: String(channel.streamId), position: this.#position },
          'a subscription could not catch up; it will retry',
        );
        await retries.pause();
      }
    }
  }
}
