import type { Viewer } from '../user/index.ts';
import type { MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { requireTarget } from './target.ts';

/** Up to which reply the viewer has read a thread. */
export interface ThreadMark {
  readonly root: MessageRef;
  /** The seq of the newest reply that was read. */
  readonly seq: number;
}

/**
 * Raises the viewer's place in a thread that they take part in; below it, or where they take no part, nothing changes. Throws NOT_FOUND (messageId),
 * UNAVAILABLE.
 */
export function markThreadRead({ log }: MessageParts, viewer: Viewer, { root, seq }: ThreadMark): Promise<void> {
  const { conversationId, seq: rootSeq } = root;
  const { userId } = viewer;
  return log.append<void>({
    lock: [conversationId, userId],
    async decide(inside) {
      await requireTarget(inside, viewer, root);
      return {
        async write(tx) {
          const newest = await tx.reply.findFirst({
            where: { conversationId, rootSeq, seq: { lte: seq } },
            orderBy: { ordinal: 'desc' },
            select: { ordinal: true },
          });
          const readOrdinal = newest?.ordinal ?? 0;
          await tx.threadPart.updateMany({
            where: { userId, conversationId, rootSeq, readOrdinal: { lt: readOrdinal } },
            data: { readOrdinal },
          });
        },
        result: () => undefined,
      };
    },
  });
}
