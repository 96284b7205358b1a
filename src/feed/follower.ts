import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { changesAccess, type Entry, seenFrom } from '../log/index.ts';
import type { Channel, EphemeralEvent, Listener } from './channel.ts';
import { type EntryEvent, eventOf } from './event.ts';
import type { Outlet } from './outlet.ts';

/** What a follower finds on its way is for its owner, the subscription. */
export interface Owner {
  /** Told of each entry that changesAccess, before it is delivered; false ends the following with nothing of it delivered (I4). */
  admits(entry: Entry): boolean;
  ephemeral(event: EphemeralEvent): void;
  /** An entry that changesAccess has come while this one is behind it: it may have to end where it stands. */
  overtaken(follower: Follower, entry: Entry): void;
  /** Entries cannot be had. */
  skipped(streamId: bigint): void;
}

/** Where and how a stream is entered. */
export interface Entrance {
  /** It is followed from the entry after it. */
  readonly position: number;
  /** The first seq that the viewer may read. */
  readonly fromSeq: number;
  /** With which entry they came: where they may read what was before it, what ended an earlier stay does not end this one. */
  readonly joinedSeq: number;
}

interface FollowerParts extends Entrance {
  readonly channel: Channel;
  readonly outlet: Outlet;
  readonly logger: Logger;
  readonly owner: Owner;
  /** Entries that it may fall behind while its client makes no room; past it they are skipped, and its owner is told. */
  readonly maxGap: number;
}

/**
 * Whose access ends gets nothing that comes after; what came before it is delivered for so long to who keeps up, and then no more, so that
 * a slow client cannot go on reading what is not its any more. In ms.
 */
export const graceMs = 1_000;

// The log is asked again after 0.1 s, then ever later, at most every 2 s.
const firstRetryMs = 100;
const lastRetryMs = 2_000;
/** Up to the channel's own place, wherever that is when it is reached. */
const goOn = Number.POSITIVE_INFINITY;

/**
 * One subscription's way through one stream. Follows it from a position in three phases. Catch up: the log is read page by page, from memory where the channel's ring
 * reaches. Cut over: when the position is the channel's own, in one synchronous step, so nothing can come between. Live: entries pass
 * straight through. A client that does not keep up drops back to the first phase and is fed from the log when it has made room: memory stays bounded (I6).
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

  /** Puts everything up to `upTo`, which is committed, in line; `room` waits for the client to make room. Throws ChatError UNAVAILABLE. */
  async replay(upTo: number, room: () => Promise<void>): Promise<void> {
    if (this.#position < upTo) while (await this.#step(upTo, room));
  }

  /** From here on: whatever comes. Catches up first; where the log cannot be read, goes on trying until it can or the follower stops. */
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
    // Who came with the first entry was there before it.
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

  /** Passes what comes next of these, as long as there is room; false where there is none for all. */
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

  /** One step of catching up; false when there is nothing left up to the channel's own place or `upTo`. */
  async #step(upTo: number, room: () => Promise<void>): Promise<boolean> {
    const [outlet, channel] = [this.#outlet, this.#channel];
    // Others have waited for the same room, and may have taken it.
    do await room();
    while (!this.#isOver() && !outlet.roomy());
    if (this.#isOver()) return false;
    const recent = channel.recent(this.#position);
    if (recent !== null) {
      if (!this.#passAll(recent, upTo)) return true;
      // What is committed may not have come to the channel yet.
      if (this.#stopped || upTo === goOn || this.#position >= upTo) return false;
    }
    const { entries, floor, head } = await channel.read(this.#position, upTo === goOn ? channel.lastSeq() : upTo);
    if (this.#position < floor) this.#jump(head);
    this.#passAll(entries, upTo);
    return !this.#stopped && this.#position < Math.min(upTo, head);
  }

  /** Skips what a client would be sent that reads slower than others write: it would never be through. */
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
    for (let retryMs = firstRetryMs; !this.#stopped && !outlet.ended(); ) {
      try {
        while (await outlet.inTurn(async () => !(await this.#isTooFarBehind(room)) && (await this.#step(goOn, room))))
          retryMs = firstRetryMs;
        if (this.#stopped || this.#position >= channel.lastSeq()) {
          this.#live = !this.#stopped;
          return;
        }
      } catch (error) {
        logger.warn(
          { err: error, streamId: String(channel.streamId), position: this.#position },
          'a subscription could not catch up; it tries again',
        );
        await delay(retryMs * (0.5 + Math.random()), undefined, { ref: false });
        retryMs = Math.min(retryMs * 2, lastRetryMs);
      }
    }
  }
}
