import { deleteAttached, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { isAllowed, requireMay } from '../group/index.ts';
import { type Inside, type NewEntry, recalledMessage, type Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { isPast } from './edit.ts';
import { messageAt } from './facts.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { cancelClosings } from './poll.ts';
import { requireSeen, type Target } from './target.ts';
import { messageEntry, messageOfEntry } from './timeline.ts';

/**
 * Recalls a message for everybody: its position stays, its content is erased. Repeating it has no effect. Throws NOT_FOUND (messageId),
 * FORBIDDEN (messageId: sent by another user, unless the viewer has the right RECALL_MESSAGES), TOO_LATE (messageId: the viewer's own,
 * unless they have that right), UNAVAILABLE.
 */
export function recall({ log, config }: MessageParts, viewer: Viewer, ref: MessageRef): Promise<Message> {
  return log.append<Message>({
    lock: [ref.conversationId],
    async decide(inside) {
      const target = await requireSeen(inside, viewer, ref);
      const { message } = target;
      if (message.recalledAt !== null) return { result: () => message };
      requireRight(inside, viewer, { target, late: isPast(inside.now, message.sentAt, config.recallWindowSeconds) });
      const { entries, write } = backOf(message, viewer.userId);
      return {
        entries: () => entries,
        write: (tx, { at }) => write(tx, at),
        result: ({ at }) => messageOfEntry(recalledMessage(messageEntry(message), at)),
      };
    },
  });
}

function requireRight(
  { now }: Inside,
  { userId }: Viewer,
  { target: { message, access, row }, late }: { readonly target: Target; readonly late: boolean },
): void {
  const field = ['messageId'];
  const wish = row && { group: row, access, now };
  if (wish !== null && isAllowed('RECALL_MESSAGES', wish)) return;
  if (message.senderId !== userId) {
    if (wish !== null) requireMay('RECALL_MESSAGES', wish, field);
    throw new ChatError('FORBIDDEN', 'Only the sender can recall this message.', { field });
  }
  if (late) throw new ChatError('TOO_LATE', 'The message is too old to recall.', { field });
}

/** The entries that recall a message, and the writes that go with them. */
export interface TakingBack {
  readonly entries: ReturnType<NonNullable<Verdict<unknown>['entries']>>;
  readonly write: (tx: Tx, at: Date) => Promise<void>;
}

/**
 * Returns what recalls a message, whoever sent it, for an append that locks its conversation. Null if there is no such message, or it is
 * already recalled. `actorId` is null if no member recalls it.
 */
export async function takingBack(inside: Inside, ref: MessageRef, actorId: bigint | null): Promise<TakingBack | null> {
  const message = await inside.read(messageAt, { conversationId: ref.conversationId, seq: ref.seq });
  return message === null || message.recalledAt !== null ? null : backOf(message, actorId);
}

function backOf(message: Message, actorId: bigint | null): TakingBack {
  const { conversationId: stream } = message;
  return {
    entries: recalling(message).map((entry) => ({ stream, actorId, entry })),
    write: (tx, at) => eraseMessages(tx, stream, { messages: [message], recalledAt: at }),
  };
}

/** Returns the entries that recall a message. */
export function recalling({ seq: messageSeq, pinnedAt }: Message): readonly NewEntry[] {
  const unpinning: readonly NewEntry[] = pinnedAt === null ? [] : [{ type: 'PinChanged', data: { messageSeq, pinned: false } }];
  return [...unpinning, { type: 'MessageRecalled', data: { messageSeq } }];
}

/** Erases the content of messages of a conversation. The caller must hold the lock on its stream, under which `messages` were read. */
export async function eraseMessages(
  tx: Tx,
  conversationId: bigint,
  {
    messages,
    recalledAt,
  }: { readonly messages: readonly Pick<Message, 'conversationId' | 'seq' | 'attachments' | 'poll'>[]; readonly recalledAt: Date },
): Promise<void> {
  const seqs = messages.map(({ seq }) => seq);
  const where = { conversationId, messageSeq: { in: seqs } };
  const nothing = {
    text: '',
    attachments: null,
    data: null,
    poll: null,
    pollClosedAt: null,
    mentionIds: null,
    mentionsEveryone: false,
    hasReactions: false,
    pinnedAt: null,
    originId: null,
    originName: null,
  };
  await tx.message.updateMany({ where: { conversationId, seq: { in: seqs } }, data: { ...nothing, recalledAt } });
  await tx.mention.deleteMany({ where });
  await tx.reaction.deleteMany({ where });
  await tx.messageEdit.deleteMany({ where });
  await tx.pin.deleteMany({ where });
  const asking = messages.filter(({ poll }) => poll !== null);
  if (asking.length > 0) {
    await tx.pollVote.deleteMany({ where: { conversationId, messageSeq: { in: asking.map(({ seq }) => seq) } } });
    await cancelClosings(tx, asking);
  }
  const attaching = messages.filter(({ attachments }) => attachments.length > 0);
  if (attaching.length === 0) return;
  await deleteAttached(
    tx,
    conversationId,
    attaching.map(({ seq }) => seq),
  );
}
