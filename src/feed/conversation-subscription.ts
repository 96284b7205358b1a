import { ChatError } from '../errors.ts';
import { endsAccess } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { HeldChannel } from './channels.ts';
import { createFollower, type Follower } from './follower.ts';
import type { Outlet } from './outlet.ts';
import type { FeedParts } from './parts.ts';
import { readSnapshot } from './snapshot.ts';
import { startOf } from './start.ts';
import type { Subscription } from './subscription.ts';

interface ConversationParts extends FeedParts {
  readonly viewer: Viewer;
  readonly conversationId: bigint;
  readonly known: { readonly seq: number; readonly epoch?: string | undefined } | undefined;
  readonly outlet: Outlet;
}

/** Makes the subscription to one conversation: opened like that to all, ended with ChatError NOT_FOUND when the viewer's access ends. */
export function createConversationSubscription(parts: ConversationParts): Subscription {
  const { channels, db, log, logger, now, maxGap, viewer, conversationId: streamId, known, outlet } = parts;
  let held: HeldChannel | undefined;
  let follower: Follower | undefined;

  function notFound(): ChatError {
    return new ChatError('NOT_FOUND', 'There is no such conversation for you.', { field: ['conversationId'] });
  }

  async function open(): Promise<void> {
    const [hold] = await channels.hold([streamId]);
    held = hold;
    if (hold === undefined || outlet.ended) return hold?.release();
    const { conversations, epoch } = await readSnapshot(db, viewer.userId, streamId);
    const [stream] = conversations;
    if (stream === undefined) throw notFound();
    if (outlet.ended) return;
    const start = startOf(known, { epoch, head: stream, fromSeq: stream.fromSeq, maxGap });
    if (start.resync !== null) outlet.push({ kind: 'resync', at: now(), streamId, lastSeq: start.seq, reason: start.resync });
    follower = createFollower({
      channel: hold.channel,
      position: start.seq,
      log,
      outlet,
      logger,
      take(entry) {
        if (endsAccess(entry, viewer.userId)) outlet.fail(notFound());
        else outlet.push({ kind: 'entry', at: entry.at, entry });
        return !outlet.ended;
      },
      ephemeral: (hint) => outlet.push({ ...hint, at: now() }),
      skipped: (lastSeq) => outlet.push({ kind: 'resync', at: now(), streamId, lastSeq, reason: 'GAP_TOO_LARGE' }),
    });
    await follower.replay(stream.lastSeq);
    if (outlet.ended) return;
    outlet.push({ kind: 'ready', at: now(), positions: [{ streamId, seq: follower.position, epoch }] });
    follower.goLive();
  }

  return {
    open,
    close() {
      follower?.stop();
      held?.release();
    },
  };
}
