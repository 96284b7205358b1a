import type { Viewer } from '../user/index.ts';
import { past } from './hide.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';
import { requireSeq } from './shape.ts';
import { requireWriting } from './writing.ts';

/** From where on a conversation is to count as unread for the viewer; null: as their marker says. */
export interface UnreadMark {
  readonly conversationId: bigint;
  readonly fromSeq: number | null;
}

/**
 * Marks a conversation as unread for the viewer alone: their read marker, which others see, stays. Throws NOT_FOUND (conversationId), INVALID_INPUT
 * (fromSeq: below 1 or above lastSeq), UNAVAILABLE.
 */
export function markUnread({ log }: MessageParts, viewer: Viewer, { conversationId, fromSeq }: UnreadMark): Promise<void> {
  if (fromSeq !== null) requireSeq(fromSeq, 'fromSeq', 1);
  const { userId } = viewer;
  return log.append<void>({
    lock: [conversationId, userId],
    async decide(inside) {
      const { access } = await requireWriting(inside, viewer, conversationId);
      const head = inside.head(conversationId);
      if (head === null) throw noConversation();
      if (fromSeq !== null && fromSeq > head.lastSeq) throw past(head.lastSeq, 'fromSeq');
      if (access.markedUnreadFromSeq === fromSeq) return { result: () => undefined };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'MembershipSettled', data: { conversationId } } }],
        async write(tx) {
          await tx.membership.updateMany({ where: { conversationId, userId }, data: { markedUnreadFromSeq: fromSeq } });
        },
        result: () => undefined,
      };
    },
  });
}
