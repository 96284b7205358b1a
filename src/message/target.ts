import { ChatError } from '../errors.ts';
import type { ConversationRow, MembershipRow } from '../group/index.ts';
import type { Inside } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { requireAccess } from './conversation-access.ts';
import { hidden, messageAt } from './facts.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';

/** A message that the viewer acts on, read under the lock on its conversation's stream. */
export interface Target {
  readonly message: Message;
  readonly access: MembershipRow;
  /** The group's row; null in a direct conversation. */
  readonly row: ConversationRow | null;
  /** The other side of a direct conversation; null in a group. */
  readonly peerId: bigint | null;
}

/** Returns the message. Throws NOT_FOUND (messageId) if there is none, or the viewer may not read it. */
export async function requireTarget(inside: Inside, viewer: Viewer, ref: MessageRef): Promise<Target> {
  const [message, writing] = await Promise.all([
    inside.read(messageAt, ref),
    requireAccess(inside, viewer, ref.conversationId).catch((error: unknown) => {
      if (error instanceof ChatError && error.code === 'NOT_FOUND') return null;
      throw error;
    }),
  ]);
  if (message === null || writing === null || message.seq < firstSeen(writing.access)) throw noMessage();
  return { message, access: writing.access, row: writing.row, peerId: writing.peerId };
}

/** Like `requireTarget`; a message that the viewer has hidden is NOT_FOUND too. */
export async function requireSeen(inside: Inside, viewer: Viewer, ref: MessageRef): Promise<Target> {
  const [target, isHidden] = await Promise.all([
    requireTarget(inside, viewer, ref),
    inside.read(hidden, { ...ref, userId: viewer.userId }),
  ]);
  if (isHidden) throw noMessage();
  return target;
}

/** Like `requireSeen`; throws INVALID_INPUT (messageId) if the message is recalled. */
export async function requireNotRecalled(inside: Inside, viewer: Viewer, ref: MessageRef): Promise<Target> {
  const target = await requireSeen(inside, viewer, ref);
  if (target.message.recalledAt === null) return target;
  throw new ChatError('INVALID_INPUT', 'The message has been recalled.', { field: ['messageId'] });
}

/** Whether the viewer may read a message, outside of any transaction: a commit must check it again. */
export async function isSeen(
  { db, groups }: Pick<MessageParts, 'db' | 'groups'>,
  { userId }: Viewer,
  { conversationId, seq }: MessageRef,
): Promise<boolean> {
  const [[conversation], [access], [isHidden]] = await Promise.all([
    groups.byIds([conversationId]),
    groups.memberships([{ conversationId, userId }]),
    hidden.read(db.client, [{ conversationId, seq, userId }]),
  ]);
  return !!conversation && !!access?.shown && seq >= firstSeen(access) && !isHidden;
}

/** Returns the first seq of a conversation that a member sees: what they have cleared is not seen any more. */
export function firstSeen({ fromSeq, clearedSeq }: { readonly fromSeq: number; readonly clearedSeq: number }): number {
  return Math.max(fromSeq, clearedSeq + 1);
}

/** The refusal of a message that does not exist, or that the viewer may not see. The two must not be told apart. */
export function noMessage(): ChatError {
  return new ChatError('NOT_FOUND', 'Message not found.', { field: ['messageId'] });
}
