import { setTimeout as delay } from 'node:timers/promises';
import { ChatError } from '../errors.ts';
import { type Entry, endsAccess } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { Turn } from './admission.ts';
import type { HeldChannel } from './channels.ts';
import type { KnownPosition, Position, ResyncReason } from './event.ts';
import { Follower, type Owner } from './follower.ts';
import type { Outlet } from './outlet.ts';
import { createOwnMarkers } from './own-markers.ts';
import type { FeedParts } from './parts.ts';
import { type FollowedStream, readSnapshot, type Snapshot } from './snapshot.ts';
import { startOf } from './start.ts';

// A stream that could not be attached (bus or database away) is tried again after 0.1 s, then ever later, at most every 2 s.
const firstRetryMs = 100;
const lastRetryMs = 2_000;

/** One stream of a subscription, and who follows it. */
interface Strand {
  readonly held: HeldChannel;
  readonly follower: Follower;
}

/** Everything a viewer follows, poured into one outlet. */
export interface Subscription {
  /** Subscribes, reads, replays, says StreamReady, goes live. Throws ChatError UNAVAILABLE. */
  open(): Promise<void>;
  /** Lets go of all streams. */
  close(): void;
}

interface SubscriptionParts extends FeedParts {
  readonly viewer: Viewer;
  readonly after: readonly KnownPosition[];
  readonly outlet: Outlet;
}

/**
 * Makes the subscription to all that a viewer follows.
 *
 * Order is what makes it whole. The account's topic is acknowledged before anything is read, so an opening that commits later is heard.
 * Memberships and heads are read in one snapshot; each stream is then replayed up to its head there: the account first, because a replayed
 * ConversationOpened says where its stream starts. StreamReady names exactly these heads. Only then do the streams go live, each by reading on from
 * its own position: what committed in between is found in the log, not hoped for on the bus.
 */
export function createSubscription(parts: SubscriptionParts): Subscription {
  const { channels, admission, db, logger, now, maxGap, viewer, outlet } = parts;
  const after = new Map(parts.after.map((known) => [known.streamId, known]));
  const strands = new Map<bigint, Strand>();
  const markers = createOwnMarkers({ db, logger, now, outlet, userId: viewer.userId });
  const openedAt = new Map<bigint, number>();
  /** Where the stays begin that the account has told of and no strand has come to yet, in order. */
  const stays = new Map<bigint, number[]>();
  const attaching = new Set<bigint>();
  const holds = new Set<HeldChannel>();
  const conversations: Owner = { take: takeConversation, ephemeral: (event) => outlet.push(event), skipped: skippedIn };
  const ownAccount: Owner = { take: takeAccount, ephemeral: () => undefined, skipped: skippedAccount };
  let account: HeldChannel | undefined;
  let turn: Turn | undefined;
  /** Entries that may still be replayed. */
  let replayLeft = parts.maxReplay;
  let ready = false;

  function resync(streamId: bigint, lastSeq: number | null, reason: ResyncReason): void {
    outlet.push({ kind: 'resync', at: now(), streamId, lastSeq, reason });
  }

  /** Holds streams until they are let go; none where the subscription has ended meanwhile. */
  async function hold(ids: readonly bigint[]): Promise<readonly HeldChannel[]> {
    const held = await channels.hold(ids);
    for (const one of held) {
      if (outlet.ended()) one.release();
      else holds.add(one);
    }
    return outlet.ended() ? [] : held;
  }

  function letGo(held: HeldChannel): void {
    holds.delete(held);
    held.release();
  }

  function attach(held: HeldChannel, position: number, owner: Owner): Strand {
    const { streamId } = held.channel;
    const follower = new Follower({ channel: held.channel, position, outlet, logger, owner });
    const strand = { held, follower };
    strands.set(streamId, strand);
    return strand;
  }

  function attachConversation(held: HeldChannel, position: number): Strand {
    return attach(held, position, conversations);
  }

  function detach(streamId: bigint): void {
    const strand = strands.get(streamId);
    strands.delete(streamId);
    strand?.follower.stop();
    if (strand !== undefined) letGo(strand.held);
  }

  function takeAccount(entry: Entry): boolean {
    outlet.push({ kind: 'entry', at: entry.at, entry });
    if (entry.type === 'ConversationOpened') {
      const { conversationId, seq } = entry.data;
      // Up to the snapshot's head the snapshot itself says what is followed.
      if (ready) opened(conversationId, seq);
      else openedAt.set(conversationId, seq);
    }
    return true;
  }

  function takeConversation(entry: Entry): boolean {
    if (!endsAccess(entry, viewer.userId)) {
      outlet.push({ kind: 'entry', at: entry.at, entry });
      return true;
    }
    detach(entry.streamId);
    nextStay(entry.streamId);
    return false;
  }

  // Streams are not ordered among each other: a second opening, or a third, may be heard before the removal that it undoes.
  function opened(conversationId: bigint, seq: number): void {
    const strand = strands.get(conversationId);
    // One that follows an earlier stay stands before the removal that ended it, so before this place.
    if (strand !== undefined && strand.follower.position() >= seq) return;
    stays.set(conversationId, [...(stays.get(conversationId) ?? []), seq]);
    nextStay(conversationId);
  }

  /** Entries that were skipped may have ended the access, or more than once: whether and where it goes on is asked anew. */
  function skippedIn(streamId: bigint): void {
    detach(streamId);
    stays.delete(streamId);
    attaching.add(streamId);
    void attachLate(streamId, null);
  }

  /** What was opened, closed or ended in entries that were skipped is not known: only a new beginning finds it. */
  function skippedAccount(): void {
    outlet.fail(new ChatError('UNAVAILABLE', 'Too much was missed. Subscribe again with your positions.'));
  }

  function keepStays(streamId: bigint, from: number): void {
    const later = (stays.get(streamId) ?? []).filter((start) => start >= from);
    if (later.length > 0) stays.set(streamId, later);
    else stays.delete(streamId);
  }

  /** Begins the next stay, unless the one before is still being followed. */
  function nextStay(streamId: bigint): void {
    const [start] = stays.get(streamId) ?? [];
    if (start === undefined || strands.has(streamId) || attaching.has(streamId)) return;
    keepStays(streamId, start + 1);
    attaching.add(streamId);
    void attachLate(streamId, start);
  }

  /** Attaches at a position; null: at the head, if it is still the viewer's. */
  async function tryToAttach(streamId: bigint, position: number | null): Promise<void> {
    const [held] = await hold([streamId]);
    if (held === undefined) return;
    try {
      const start = position ?? (await headOf(streamId));
      attaching.delete(streamId);
      if (outlet.ended()) return;
      // Stays that lie before the head have been asked about with it.
      if (position === null && start !== null) keepStays(streamId, start);
      if (position === null) resync(streamId, start, start === null ? 'GONE' : 'GAP_TOO_LARGE');
      if (start !== null) return attachConversation(held, start).follower.goLive();
    } catch (error) {
      letGo(held);
      throw error;
    }
    letGo(held);
    nextStay(streamId);
  }

  async function headOf(streamId: bigint): Promise<number | null> {
    const snapshot = await readSnapshot(db, viewer.userId, streamId);
    return snapshot.conversations[0]?.lastSeq ?? null;
  }

  async function attachLate(streamId: bigint, position: number | null): Promise<void> {
    for (let retryMs = firstRetryMs; !outlet.ended(); retryMs = Math.min(retryMs * 2, lastRetryMs)) {
      try {
        return await tryToAttach(streamId, position);
      } catch (error) {
        logger.warn(
          { err: error, streamId: String(streamId) },
          'a conversation that was opened could not be followed yet; it is tried again',
        );
        await delay(retryMs * (0.5 + Math.random()), undefined, { ref: false });
      }
    }
  }

  async function replay({ follower }: Strand, upTo: number, room: Turn['room']): Promise<void> {
    replayLeft -= upTo - follower.position();
    await follower.replay(upTo, room);
  }

  async function openAccount(held: HeldChannel, { account: head, epoch }: Snapshot, { room }: Turn): Promise<void> {
    const start = startOf(after.get(viewer.userId), { epoch, head, fromSeq: 1, maxGap: Math.min(maxGap, replayLeft) });
    if (start.resync !== null) resync(viewer.userId, start.seq, start.resync);
    await replay(attach(held, start.seq, ownAccount), head.lastSeq, room);
  }

  async function openConversations({ conversations: streams, epoch }: Snapshot, { room }: Turn): Promise<void> {
    const followed = new Set(streams.map(({ streamId }) => streamId));
    for (const streamId of after.keys()) if (streamId !== viewer.userId && !followed.has(streamId)) resync(streamId, null, 'GONE');
    const held = await hold([...followed]);
    for (const [place, channel] of held.entries()) {
      const stream = streams[place];
      if (stream !== undefined && !outlet.ended()) await replay(openConversation(channel, stream, epoch), stream.lastSeq, room);
    }
  }

  function openConversation(held: HeldChannel, stream: FollowedStream, epoch: string): Strand {
    const { streamId, fromSeq } = stream;
    const opening = openedAt.get(streamId);
    const known = after.get(streamId) ?? (opening === undefined ? undefined : { seq: Math.max(opening, fromSeq - 1) });
    const start = startOf(known, { epoch, head: stream, fromSeq, maxGap: Math.min(maxGap, replayLeft) });
    if (start.resync !== null) resync(streamId, start.seq, start.resync);
    return attachConversation(held, start.seq);
  }

  function positions(epoch: string): readonly Position[] {
    return [...strands.values()].map(({ follower }) => ({ streamId: follower.streamId, seq: follower.position(), epoch }));
  }

  async function open(): Promise<void> {
    const own = admission.turn(outlet);
    turn = own;
    const snapshot = await catchUp(own).finally(() => {
      own.end();
      turn = undefined;
    });
    if (snapshot === null || outlet.ended()) return;
    await markers.open(snapshot, after);
    if (outlet.ended()) return;
    outlet.push({ kind: 'ready', at: now(), positions: positions(snapshot.epoch) });
    ready = true;
    for (const { follower } of strands.values()) follower.goLive();
  }

  /** Up to the heads of a snapshot, which it answers; null where it ended first. */
  async function catchUp(own: Turn): Promise<Snapshot | null> {
    const [held] = (await own.begin()) ? await hold([viewer.userId]) : [];
    if (held === undefined) return null;
    held.channel.join(markers.listener);
    account = held;
    const snapshot = await readSnapshot(db, viewer.userId);
    if (outlet.ended()) return null;
    await openAccount(held, snapshot, own);
    await openConversations(snapshot, own);
    return snapshot;
  }

  return {
    open,
    close() {
      turn?.end();
      for (const streamId of [...strands.keys()]) detach(streamId);
      account?.channel.leave(markers.listener);
      for (const held of [...holds]) letGo(held);
    },
  };
}
