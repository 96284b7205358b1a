import { deleteAttached, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { judge, requireMay } from '../group/index.ts';
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
 * Takes a message back, for everyone: its place stays, and nothing of what it said. Twice is once. Throws NOT_FOUND (messageId), FORBIDDEN (somebody
 * else's, unless the viewer runs the group), TOO_LATE (the viewer's own, unless they run the group), UNAVAILABLE.
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
  if (wish !== null && judge('RECALL_MESSAGES', wish) === 'ALLOWED') return;
  if (message.senderId !== userId) {
    if (wish !== null) requireMay('RECALL_MESSAGES', wish, field);
    throw new ChatError('FORBIDDEN', 'Only the sender can recall this message.', { field });
  }
  if (late) throw new ChatError('TOO_LATE', 'The message is too old to recall.', { field });
}

/** What takes a message back: entries, and what is to be written with them. */
export interface TakingBack {
  readonly entries: ReturnType<NonNullable<Verdict<unknown>['entries']>>;
  readonly write: (tx: Tx, at: Date) => Promise<void>;
}

/** What takes a message back, whoever said it, in an act that holds its conversation; null where nothing is left of it. `actorId` null: nobody among the members. */
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

/** The entries by which a message is taken back. */
export function recalling({ seq: messageSeq, pinnedAt }: Message): readonly NewEntry[] {
  const unpinning: readonly NewEntry[] = pinnedAt === null ? [] : [{ type: 'PinChanged', data: { messageSeq, pinned: false } }];
  return [...unpinning, { type: 'MessageRecalled', data: { messageSeq } }];
}

/** Leaves nothing of what messages of a conversation said, which are as its lock keeps them. */
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
