import type { Viewer } from '../user/index.ts';
import { past } from './hide.ts';
import type { MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { requireSeq } from './shape.ts';
import { requireTarget } from './target.ts';

/** Up to which reply the viewer has read a thread. */
export interface ThreadMark {
  readonly root: MessageRef;
  /** The seq of the newest reply that was read. */
  readonly seq: number;
}

/**
 * Raises the viewer's place in a thread that they take part in; below it, or where they take no part, nothing changes. Throws NOT_FOUND (messageId),
 * INVALID_INPUT (seq), UNAVAILABLE.
 */
export function markThreadRead({ log }: MessageParts, viewer: Viewer, { root, seq }: ThreadMark): Promise<void> {
  requireSeq(seq);
  const { conversationId, seq: rootSeq } = root;
  const { userId } = viewer;
  return log.append<void>({
    lock: [conversationId, userId],
    async decide(inside) {
      await requireTarget(inside, viewer, root);
      const lastSeq = inside.head(conversationId)?.lastSeq ?? 0;
      if (seq > lastSeq) throw past(lastSeq);
      return {
        async write(tx) {
          await tx.threadPart.updateMany({ where: { userId, conversationId, rootSeq, readSeq: { lt: seq } }, data: { readSeq: seq } });
        },
        result: () => undefined,
      };
    },
  });
}
