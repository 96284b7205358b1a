import { isActive, membershipRow } from '../group/index.ts';
import type { Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { requireAccess } from './conversation-access.ts';
import type { Mark } from './marker.ts';
import { ownKey } from './own-key.ts';
import type { MessageParts } from './parts.ts';
import { noConversation } from './refusal.ts';
import { past, requireSeq } from './shape.ts';

/** The seq from which on a conversation counts as unread for the viewer. */
export interface UnreadMark {
  readonly conversationId: bigint;
  readonly fromSeq: number;
}

/**
 * Marks a conversation as unread for the viewer alone. Their read marker, which others see, does not move. Throws NOT_FOUND
 * (conversationId), INVALID_INPUT (fromSeq: below 1 or above lastSeq), UNAVAILABLE.
 */
export function markUnread({ log }: MessageParts, viewer: Viewer, { conversationId, fromSeq }: UnreadMark): Promise<void> {
  requireSeq(fromSeq, 'fromSeq', 1);
  const { userId } = viewer;
  return log.append<void>({
    lock: [conversationId, userId],
    keys: [ownKey(viewer)],
    async decide(inside) {
      const { access } = await requireAccess(inside, viewer, conversationId);
      const head = inside.head(conversationId);
      if (head === null) throw noConversation();
      if (fromSeq > head.lastSeq) throw past(head.lastSeq, 'fromSeq');
      return access.markedUnreadFromSeq === fromSeq ? nothing : settled({ conversationId, userId }, fromSeq);
    },
  });
}

/** Removes the viewer's unread mark if they have read up to it. A mark further on stays. Throws UNAVAILABLE. */
export function endUnread({ log }: MessageParts, viewer: Viewer, { conversationId, seq }: Mark): Promise<void> {
  const { userId } = viewer;
  return log.append<void>({
    lock: [conversationId, userId],
    keys: [ownKey(viewer)],
    async decide(inside) {
      const access = await inside.read(membershipRow, { conversationId, userId });
      const fromSeq = isActive(access) ? access.markedUnreadFromSeq : null;
      return fromSeq === null || fromSeq > seq ? nothing : settled({ conversationId, userId }, null);
    },
  });
}

const nothing: Verdict<void> = { result: () => undefined };

function settled(member: { readonly conversationId: bigint; readonly userId: bigint }, markedUnreadFromSeq: number | null): Verdict<void> {
  const { conversationId, userId } = member;
  return {
    entries: () => [{ stream: userId, actorId: userId, entry: { type: 'MembershipSettled', data: { conversationId } } }],
    async write(tx) {
      await tx.membership.updateMany({ where: member, data: { markedUnreadFromSeq } });
    },
    result: () => undefined,
  };
}
