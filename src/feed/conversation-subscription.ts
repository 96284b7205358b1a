import { ChatError } from '../errors.ts';
import { endsAccess } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { Turn } from './admission.ts';
import type { HeldChannel } from './channels.ts';
import { isToldOf, type ResyncReason } from './event.ts';
import { type Entrance, Follower, graceMs } from './follower.ts';
import type { Outlet } from './outlet.ts';
import type { FeedParts } from './parts.ts';
import { hasEnded, readSnapshot } from './snapshot.ts';
import { startOf } from './start.ts';
import type { Subscription } from './subscription.ts';

interface ConversationParts extends FeedParts {
  readonly viewer: Viewer;
  readonly conversationId: bigint;
  readonly known: { readonly seq: number; readonly epoch?: string | undefined } | undefined;
  readonly outlet: Outlet;
}

/**
 * Creates a subscription to one conversation. It opens like a ViewerSubscription, and ends with ChatError NOT_FOUND when the viewer's
 * access ends.
 */
export function createConversationSubscription(parts: ConversationParts): Subscription {
  const { channels, admission, db, logger, now, maxGap, viewer, conversationId: streamId, known, outlet } = parts;
  let held: HeldChannel | undefined;
  let follower: Follower | undefined;
  let turn: Turn | undefined;
  /** Set if entries were skipped. */
  let followedAnew: Promise<void> | undefined;

  function notFound(): ChatError {
    return new ChatError('NOT_FOUND', 'Conversation not found.', { field: ['conversationId'] });
  }

  async function open(): Promise<void> {
    const own = admission.turn(outlet, viewer.userId);
    turn = own;
    try {
      if (await own.begin()) await catchUp(own);
    } finally {
      own.end();
      turn = undefined;
    }
  }

  async function catchUp({ room }: Turn): Promise<void> {
    const [hold] = await channels.hold([streamId]);
    held = hold;
    if (hold === undefined || outlet.ended()) return hold?.release();
    const { conversations, epoch } = await readSnapshot(db, viewer.userId, streamId);
    const [stream] = conversations;
    if (stream === undefined) throw notFound();
    if (outlet.ended()) return;
    const start = startOf(known, { epoch, head: stream, fromSeq: stream.fromSeq, maxGap });
    if (start.resync !== null) resync(start.seq, start.resync);
    const opening = follow(hold, { ...stream, position: start.seq });
    if (await hasEnded(stream, hold.channel, parts, viewer.userId)) throw notFound();
    await opening.replay(stream.lastSeq, room);
    // What was trimmed during the replay is reported before StreamReady, from whose position a client resumes.
    await followedAnew;
    if (outlet.ended() || follower === undefined) return;
    outlet.push({ kind: 'ready', at: now(), positions: [{ streamId, seq: follower.position(), epoch }] });
    opening.goLive();
  }

  function resync(lastSeq: number, reason: ResyncReason): void {
    outlet.push({ kind: 'resync', at: now(), streamId, lastSeq, reason });
  }

  /** Called after the grace. The viewer's access ended with the entry `before`. */
  function end(before: number): void {
    outlet.forget(streamId, before);
    outlet.fail(notFound());
  }

  function follow({ channel }: HeldChannel, { position, fromSeq, joinedSeq }: Entrance): Follower {
    const made: Follower = new Follower({
      ...{ channel, position, fromSeq, joinedSeq, outlet, logger, maxGap },
      owner: {
        admits(entry) {
          if (!endsAccess(entry, viewer.userId)) return true;
          if (!outlet.idle()) setTimeout(end, graceMs, entry.seq).unref();
          outlet.fail(notFound());
          return false;
        },
        overtaken(_follower, entry) {
          if (endsAccess(entry, viewer.userId)) setTimeout(end, graceMs, entry.seq).unref();
        },
        ephemeral(event) {
          if (isToldOf(event, viewer.userId)) outlet.push(event);
        },
        skipped() {
          made.stop();
          followedAnew = followAnew().catch((error: unknown) => outlet.fail(error));
        },
      },
    });
    follower = made;
    return made;
  }

  // The skipped entries may have ended the viewer's access, so it is read again.
  async function followAnew(): Promise<void> {
    const { conversations } = await readSnapshot(db, viewer.userId, streamId);
    const [stream] = conversations;
    if (stream === undefined) throw notFound();
    if (held === undefined || outlet.ended()) return;
    resync(stream.lastSeq, 'GAP_TOO_LARGE');
    follow(held, { ...stream, position: stream.lastSeq }).goLive();
  }

  return {
    open,
    close() {
      turn?.end();
      follower?.stop();
      held?.release();
    },
  };
}
