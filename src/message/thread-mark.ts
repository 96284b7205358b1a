import { ChatError } from '../errors.ts';
import type { Fact, Inside } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { requireAccess } from './conversation-access.ts';
import type { MessageRef } from './message.ts';
import { ownKey } from './own-key.ts';
import type { MessageParts } from './parts.ts';
import { past, requireSeq } from './shape.ts';
import { refKey } from './store.ts';
import { firstSeen, noMessage } from './target.ts';
import { threadOf } from './thread.ts';

/** Up to which reply the viewer has read a thread. */
export interface ThreadMark {
  /** The root of the thread, or a reply in it. */
  readonly message: MessageRef;
  readonly seq: number;
}

interface Reading {
  readonly root: MessageRef;
  readonly userId: bigint;
  readonly seq: number;
}

/**
 * The seq of the newest unread reply at or before a seq; null if the user has read them all, or does not take part in the thread. Guarded
 * by the locks on the conversation's stream and the user's account stream.
 */
const unreadUpTo: Fact<Reading, number | null> = {
  name: 'thread read up to',
  key: ({ root, userId, seq }) => `${refKey(root)}:${userId}:${seq}`,
  read: (tx, readings) =>
    Promise.all(
      readings.map(async ({ root: { conversationId, seq: rootSeq }, userId, seq }) => {
        const part = await tx.threadPart.findFirst({ where: { userId, conversationId, rootSeq }, select: { readSeq: true } });
        if (part === null) return null;
        const newest = await tx.reply.findFirst({
          where: { conversationId, rootSeq, seq: { gt: part.readSeq, lte: seq } },
          orderBy: { seq: 'desc' },
          select: { seq: true },
        });
        return newest?.seq ?? null;
      }),
    ),
};

/**
 * Raises the viewer's read position in a thread. Has no effect if it is lower than before, or the viewer does not take part. Returns the
 * root of the thread. Throws NOT_FOUND (messageId), INVALID_INPUT (seq: negative or above lastSeq), UNAVAILABLE.
 */
export async function markThreadRead({ log }: MessageParts, viewer: Viewer, { message, seq }: ThreadMark): Promise<MessageRef> {
  requireSeq(seq);
  const { conversationId } = message;
  const { userId } = viewer;
  return log.append<MessageRef>({
    lock: [conversationId, userId],
    keys: [ownKey(viewer)],
    async decide(inside) {
      const root = await requireRoot(inside, viewer, message);
      const lastSeq = inside.head(conversationId)?.lastSeq ?? 0;
      if (seq > lastSeq) throw past(lastSeq);
      const readSeq = await inside.read(unreadUpTo, { root, userId, seq });
      if (readSeq === null) return { result: () => root };
      const rootSeq = root.seq;
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'ThreadRead', data: { conversationId, rootSeq, readSeq } } }],
        async write(tx) {
          await tx.threadPart.updateMany({ where: { userId, conversationId, rootSeq, readSeq: { lt: readSeq } }, data: { readSeq } });
        },
        result: () => root,
      };
    },
  });
}

/** Returns the root of the thread. Throws NOT_FOUND (messageId) if the viewer sees nothing of the thread. */
async function requireRoot(inside: Inside, viewer: Viewer, message: MessageRef): Promise<MessageRef> {
  const { conversationId } = message;
  try {
    const { access } = await requireAccess(inside, viewer, conversationId);
    const thread = await threadOf(inside, { conversationId, fromSeq: firstSeen(access) }, message);
    if (thread !== null) return { conversationId, seq: thread.rootSeq };
  } catch (error) {
    if (!(error instanceof ChatError && error.code === 'NOT_FOUND')) throw error;
  }
  throw noMessage();
}
