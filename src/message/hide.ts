import type { Viewer } from '../user/index.ts';
import { requireAccess } from './conversation-access.ts';
import { hidden } from './facts.ts';
import type { MessageRef } from './message.ts';
import { ownKey } from './own-key.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';
import { past, requireSeq } from './shape.ts';
import { requireTarget } from './target.ts';

/** Hides a message for the viewer alone. Repeating it has no effect. Throws NOT_FOUND (messageId), UNAVAILABLE. */
export function hide({ log }: MessageParts, viewer: Viewer, ref: MessageRef): Promise<void> {
  const { userId } = viewer;
  const { conversationId, seq } = ref;
  return log.append<void>({
    lock: [conversationId, userId],
    keys: [ownKey(viewer)],
    async decide(inside) {
      const { message } = await requireTarget(inside, viewer, ref);
      if (await inside.read(hidden, { ...ref, userId })) return { result: () => undefined };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'MessageHidden', data: { conversationId, messageSeq: seq } } }],
        async write(tx) {
          await tx.hiddenMessage.create({ data: { userId, conversationId, seq, own: message.senderId === userId } });
        },
        result: () => undefined,
      };
    },
  });
}

/** Up to which seq to clear a conversation; absent: up to its lastSeq. */
export interface Clearing {
  readonly conversationId: bigint;
  readonly seq?: number | undefined;
}

/**
 * Clears a conversation for the viewer alone, up to a seq. An unread mark up to there ends. A lower seq than before has no effect. Throws
 * NOT_FOUND (conversationId), INVALID_INPUT (seq: negative or above lastSeq), UNAVAILABLE.
 */
export function clear({ log }: MessageParts, viewer: Viewer, { conversationId, seq }: Clearing): Promise<void> {
  if (seq !== undefined) requireSeq(seq);
  const { userId } = viewer;
  return log.append<void>({
    lock: [conversationId, userId],
    keys: [ownKey(viewer)],
    async decide(inside) {
      const { access } = await requireAccess(inside, viewer, conversationId);
      const head = inside.head(conversationId);
      if (head === null) throw noConversation();
      if (seq !== undefined && seq > head.lastSeq) throw past(head.lastSeq);
      const clearedSeq = seq ?? head.lastSeq;
      const isFurther = clearedSeq > access.clearedSeq;
      const endsUnread = access.markedUnreadFromSeq !== null && access.markedUnreadFromSeq <= clearedSeq;
      // A conversation can be marked as unread after it was cleared: clearing it again to the same place ends that mark.
      if (clearedSeq < access.clearedSeq || !(isFurther || endsUnread)) return { result: () => undefined };
      const own = { stream: userId, actorId: userId };
      return {
        entries: () => [
          ...(isFurther ? [{ ...own, entry: { type: 'ConversationCleared' as const, data: { conversationId, clearedSeq } } }] : []),
          // Clients are told of each change of the mark by this entry.
          ...(endsUnread ? [{ ...own, entry: { type: 'MembershipSettled' as const, data: { conversationId } } }] : []),
        ],
        async write(tx) {
          const data = { clearedSeq, ...(endsUnread && { markedUnreadFromSeq: null }) };
          await tx.membership.updateMany({ where: { conversationId, userId }, data });
          await tx.hiddenMessage.deleteMany({ where: { userId, conversationId, seq: { lte: clearedSeq } } });
        },
        result: () => undefined,
      };
    },
  });
}
