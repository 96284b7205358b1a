import { ChatError } from '../errors.ts';
import { type Entry, type EntryData, endsAccess, serverStreamId } from '../log/index.ts';
import { Retries } from '../retries.ts';
import type { Viewer } from '../user/index.ts';
import type { EphemeralEvent } from './channel.ts';
import type { HeldChannel } from './channels.ts';
import { isToldOf, type KnownPosition, type Position, type ResyncReason } from './event.ts';
import { type Entrance, Follower, graceMs, type Owner } from './follower.ts';
import { Opening } from './opening.ts';
import type { Outlet } from './outlet.ts';
import { OwnMarkers } from './own-markers.ts';
import type { FeedParts } from './parts.ts';
import { hasEnded, readSnapshot, type Snapshot } from './snapshot.ts';
import { type Stay, Stays } from './stays.ts';

/** A stream of a subscription: its channel and its follower. */
interface AttachedStream {
  readonly held: HeldChannel;
  readonly follower: Follower;
}

/** Feeds a viewer's streams to one outlet. */
export interface Subscription {
  /** Subscribes, reads, replays, sends StreamReady, goes live. Throws ChatError UNAVAILABLE. */
  open(): Promise<void>;
  /** Releases all streams. */
  close(): void;
}

interface SubscriptionParts {
  readonly feed: FeedParts;
  readonly viewer: Viewer;
  readonly after: readonly KnownPosition[];
  readonly outlet: Outlet;
}

/**
 * The subscription to everything that a viewer follows.
 *
 * Its completeness rests on the order of its steps:
 * - The account's topic is acknowledged before anything is read, so a ConversationOpened that commits later is received.
 * - Memberships and heads are read in one snapshot.
 * - Each stream is replayed up to its head in the snapshot. The account is first, because a replayed ConversationOpened says where its
 *   stream starts. The server's stream is last. StreamReady names exactly these heads.
 * - Only then do the streams go live, each by reading on from its own position. So what committed meanwhile is read from the log and does
 *   not depend on the bus.
 */
export class ViewerSubscription implements Subscription, Owner {
  readonly #feed: FeedParts;
  readonly #userId: bigint;
  readonly #outlet: Outlet;
  readonly #markers: OwnMarkers;
  readonly #attached = new Map<bigint, AttachedStream>();
  #opening: Opening | undefined;
  #account: HeldChannel | undefined;
  /** How many conversations were counted for it. */
  #counted = 0;
  // Created when needed, because most subscriptions never need them.
  #stays: Stays | undefined;
  #holds: Set<HeldChannel> | undefined;

  constructor({ feed, viewer, after, outlet }: SubscriptionParts) {
    this.#feed = feed;
    this.#userId = viewer.userId;
    this.#outlet = outlet;
    this.#markers = new OwnMarkers(feed, outlet, viewer.userId);
    this.#opening = new Opening({ ...feed, after, turn: feed.admission.turn(outlet, viewer.userId) });
  }

  async open(): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined) return;
    const snapshot = await this.#catchUp(opening).finally(() => opening.turn.end());
    if (snapshot === null || this.#outlet.ended()) return;
    await Promise.all([this.#markers.open(snapshot, opening.after), ...opening.attachedAgain]);
    if (this.#outlet.ended()) return;
    this.#outlet.push({ kind: 'ready', at: this.#feed.now(), positions: this.#positions(snapshot.epoch) });
    this.#opening = undefined;
    for (const { follower } of this.#attached.values()) follower.goLive();
  }

  close(): void {
    this.#opening?.turn.end();
    this.#feed.followed.remove(this.#userId, this.#counted);
    for (const streamId of [...this.#attached.keys()]) this.#detach(streamId);
    this.#account?.channel.leave(this.#markers);
    for (const held of this.#holds ?? []) held.release();
    this.#holds = undefined;
  }

  admits(entry: Entry): boolean {
    if (entry.type === 'ConversationOpened') this.#toldOf(entry.data);
    if (!endsAccess(entry, this.#userId)) return true;
    this.#detach(entry.streamId);
    this.#nextStay(entry.streamId);
    if (!this.#outlet.idle()) this.#soon(() => this.#outlet.forget(entry.streamId, entry.seq));
    return false;
  }

  overtaken(follower: Follower, entry: Entry): void {
    if (!endsAccess(entry, this.#userId)) return;
    this.#soon(() => {
      this.#outlet.forget(entry.streamId, entry.seq);
      if (this.#attached.get(entry.streamId)?.follower !== follower || follower.position() >= entry.seq) return;
      this.#leave(entry.streamId);
    });
  }

  /** Stops following a stream although its client may not have received everything. */
  #leave(streamId: bigint): void {
    this.#detach(streamId);
    // Once the account is live, it delivers the closing. StreamReady comes earlier, and must not omit a stream that the client has without
    // a ResyncRequired.
    if (this.#opening !== undefined) this.#resync(streamId, null, 'GONE');
    this.#nextStay(streamId);
  }

  ephemeral(event: EphemeralEvent): void {
    // OwnMarkers reports these, coalesced.
    if (event.kind === 'markers' || !isToldOf(event, this.#userId)) return;
    this.#outlet.push(event);
  }

  skipped(streamId: bigint): void {
    if (streamId === this.#userId) {
      // The skipped entries may have opened, closed or ended anything. Only a new subscription finds out.
      this.#outlet.fail(new ChatError('UNAVAILABLE', 'The subscription is too far behind. Subscribe again with your positions.'));
      return;
    }
    // The skipped entries may have ended the access, even more than once. Whether and where it continues is read again.
    this.#detach(streamId);
    this.#knownStays().restart(streamId);
    const attached = this.#attachLate(streamId, null);
    this.#opening?.attachedAgain.push(attached);
  }

  /** Runs `end` after the grace, when clients that keep up have received what came before. */
  #soon(end: () => void): void {
    setTimeout(() => {
      if (!this.#outlet.ended()) end();
    }, graceMs).unref();
  }

  #toldOf({ conversationId, seq, fromSeq = seq + 1 }: EntryData<'ConversationOpened'>): void {
    // Up to the snapshot's head, the snapshot itself says what is followed.
    if (this.#opening !== undefined) this.#opening.openedAt.set(conversationId, seq);
    else this.#opened(conversationId, { start: seq, fromSeq, late: this.#attached.get(this.#userId)?.follower.isLive() !== true });
  }

  #resync(streamId: bigint, lastSeq: number | null, reason: ResyncReason): void {
    this.#outlet.push({ kind: 'resync', at: this.#feed.now(), streamId, lastSeq, reason });
  }

  /** Holds channels until they are released. Returns none if the subscription has ended meanwhile. */
  async #hold(ids: readonly bigint[]): Promise<readonly HeldChannel[]> {
    const held = await this.#feed.channels.hold(ids);
    if (this.#outlet.ended()) {
      for (const one of held) one.release();
      return [];
    }
    this.#holds ??= new Set();
    for (const one of held) this.#holds.add(one);
    return held;
  }

  #unhold(held: HeldChannel): void {
    this.#holds?.delete(held);
    if (this.#holds?.size === 0) this.#holds = undefined;
  }

  #letGo(held: HeldChannel): void {
    this.#unhold(held);
    held.release();
  }

  #attach(held: HeldChannel, { position, fromSeq, joinedSeq }: Entrance): Follower {
    this.#unhold(held);
    const { channel } = held;
    const { logger, maxGap } = this.#feed;
    const follower = new Follower({ channel, position, fromSeq, joinedSeq, outlet: this.#outlet, owner: this, logger, maxGap });
    this.#attached.set(channel.streamId, { held, follower });
    return follower;
  }

  #detach(streamId: bigint): void {
    const attached = this.#attached.get(streamId);
    this.#attached.delete(streamId);
    attached?.follower.stop();
    attached?.held.release();
  }

  #knownStays(): Stays {
    this.#stays ??= new Stays();
    return this.#stays;
  }

  // Streams are not ordered among each other: further openings may arrive before the removal that they undo.
  #opened(conversationId: bigint, stay: Stay): void {
    const attached = this.#attached.get(conversationId);
    // A follower of an earlier stay is before the removal that ended that stay, and so before this position.
    if (attached !== undefined && attached.follower.position() >= stay.start) return;
    this.#knownStays().add(conversationId, stay);
    this.#nextStay(conversationId);
  }

  /** Attaches the next stay, unless the previous one is still followed. */
  #nextStay(streamId: bigint): void {
    if (this.#attached.has(streamId)) return;
    const stay = this.#stays?.begin(streamId);
    if (stay !== undefined) void this.#attachLate(streamId, stay);
  }

  /** Attaches at the start of a stay; with null, at the head if the viewer still has access. */
  async #tryToAttach(streamId: bigint, stay: Stay | null): Promise<void> {
    const [held] = await this.#hold([streamId]);
    if (held === undefined) return;
    try {
      const stream = stay === null ? await this.#streamOf(streamId) : { streamId, ...stay, lastSeq: stay.start, joinedSeq: stay.start + 1 };
      if (this.#outlet.ended()) return;
      const follower = stream && this.#attach(held, { ...stream, position: stream.lastSeq });
      // A former member reads nothing, so a client that was behind gets nothing of a stay that is over.
      const isOver = stream !== null && stay?.late === true && (await hasEnded(stream, held.channel, this.#feed, this.#userId));
      this.#knownStays().begun(streamId);
      // The head was read after these stays started, so it covers those that start before it.
      if (stay === null && stream !== null) this.#knownStays().keepFrom(streamId, stream.lastSeq);
      if (stay === null) this.#resync(streamId, stream?.lastSeq ?? null, stream === null ? 'GONE' : 'GAP_TOO_LARGE');
      if (isOver) this.#detach(streamId);
      else follower?.goLive();
      if (follower === null) this.#letGo(held);
    } catch (error) {
      this.#detach(streamId);
      this.#letGo(held);
      throw error;
    }
    this.#nextStay(streamId);
  }

  async #streamOf(streamId: bigint): Promise<Snapshot['server'] | null> {
    const { conversations, server } = await readSnapshot(this.#feed.db, this.#userId, streamId);
    return streamId === serverStreamId ? server : (conversations[0] ?? null);
  }

  async #attachLate(streamId: bigint, stay: Stay | null): Promise<void> {
    const retries = new Retries();
    while (!this.#outlet.ended()) {
      try {
        return await this.#tryToAttach(streamId, stay);
      } catch (error) {
        const place = { streamId: String(streamId) };
        this.#feed.logger.warn({ err: error, ...place }, 'a new conversation could not be followed yet; this will be retried');
        await retries.pause();
      }
    }
  }

  /** Catches up to the heads of a snapshot and returns the snapshot. Returns null if the subscription has ended meanwhile. */
  async #catchUp(opening: Opening): Promise<Snapshot | null> {
    const [held] = (await opening.turn.begin()) ? await this.#hold([this.#userId]) : [];
    if (held === undefined) return null;
    held.channel.join(this.#markers);
    this.#account = held;
    const snapshot = await readSnapshot(this.#feed.db, this.#userId);
    if (this.#outlet.ended()) return null;
    const { length } = snapshot.conversations;
    this.#feed.followed.add(this.#userId, length);
    this.#counted = length;
    await this.#openAccount(held, snapshot, opening);
    await this.#openOthers(snapshot, opening);
    return snapshot;
  }

  async #openAccount(held: HeldChannel, { account: head, epoch }: Snapshot, opening: Opening): Promise<void> {
    const start = opening.startOf({ streamId: this.#userId, fromSeq: 1, ...head }, epoch);
    if (start.resync !== null) this.#resync(this.#userId, start.seq, start.resync);
    await this.#attach(held, { position: start.seq, fromSeq: 1, joinedSeq: 1 }).replay(head.lastSeq, opening.turn.room);
  }

  async #openOthers({ conversations, server, epoch }: Snapshot, opening: Opening): Promise<void> {
    const streams = [...conversations, server];
    const followed = new Set(streams.map(({ streamId }) => streamId));
    for (const streamId of opening.after.keys()) {
      if (streamId !== this.#userId && !followed.has(streamId)) this.#resync(streamId, null, 'GONE');
    }
    const held = await this.#hold([...followed]);
    // All streams are attached before any is replayed, so that each sees the end of its access if it comes meanwhile.
    for (const [place, channel] of held.entries()) {
      const stream = streams[place];
      if (stream === undefined || this.#outlet.ended()) continue;
      const start = opening.startOf(stream, epoch);
      if (start.resync !== null) this.#resync(stream.streamId, start.seq, start.resync);
      this.#attach(channel, { ...stream, position: start.seq });
      if (await hasEnded(stream, channel.channel, this.#feed, this.#userId)) this.#leave(stream.streamId);
    }
    for (const { streamId, lastSeq } of streams) await this.#attached.get(streamId)?.follower.replay(lastSeq, opening.turn.room);
  }

  #positions(epoch: string): readonly Position[] {
    return [...this.#attached.values()].map(({ follower }) => ({ streamId: follower.streamId, seq: follower.position(), epoch }));
  }
}
