import { requireFitting } from '../data.ts';
import { type Db, settleMessages, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { newAttached } from './attached.ts';
import { requireAllowed } from './attachment.ts';
import { type MessageContent, noExtras } from './content.ts';
import { emojiIn } from './emoji.ts';
import { type Mentions, newMentions } from './mention.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { storedReactions } from './reaction.ts';
import { type NewText, requireShape } from './send.ts';
import { requireLength } from './shape.ts';
import { newReplies, type Thread } from './thread.ts';

/** The content of a message of an imported history. A recalled message has no content. */
export interface ForeignMessage extends Pick<NewText, 'attachments' | 'data'> {
  readonly text?: string | undefined;
  readonly recalledAt?: Date | undefined;
}

/**
 * Returns the content to store for an imported message. Throws INVALID_INPUT (text, attachments, attachments.N.…, data, data.…). Lists of
 * blocked words do not apply, because the message was already sent elsewhere.
 */
export function requireForeignMessage(
  config: MessageParts['config'],
  { recalledAt, text = '', attachments, data }: ForeignMessage,
): MessageContent {
  if (recalledAt !== undefined) return { text: '', ...noExtras };
  const enclosed = requireShape(config, { text, attachments, data });
  requireLength(text, config.maxMessageLength);
  requireAllowed(enclosed.attachments, config);
  requireFitting(enclosed.data, config);
  return { text, ...enclosed };
}

/** Returns each emoji as it is stored, in the order given. Throws INVALID_INPUT (reactions.N.emoji), LIMIT_REACHED (reactions). */
export function requireForeignEmojis(
  { maxReactions }: Pick<MessageParts['config'], 'maxReactions'>,
  texts: readonly string[],
): readonly string[] {
  const emojis = texts.map((text, place) => {
    const emoji = emojiIn(text);
    if (emoji !== null) return emoji;
    throw new ChatError('INVALID_INPUT', 'A reaction must be exactly one emoji.', { field: ['reactions', String(place), 'emoji'] });
  });
  if (new Set(emojis).size <= maxReactions) return emojis;
  throw new ChatError('LIMIT_REACHED', `A message can have at most ${maxReactions} different emojis.`, { field: ['reactions'] });
}

/** An imported message as it is stored, with what other tables have about it. */
export interface ImportedMessage extends MessageRef, Pick<Message, 'senderId' | 'attachments' | 'editedAt' | 'recalledAt'>, Mentions {
  readonly thread: Thread | null;
  /** Each with the seq of its entry. */
  readonly reactions: readonly { readonly userId: bigint; readonly emoji: string; readonly entrySeq: number }[];
}

// Contains the message's own seq. A client cannot know the seq that its message is going to get, so it does not choose such an id by
// accident.
const namesOfBrought = /^import:[0-9a-f]{12}\.(\d+)\.(\d+)$/;

/**
 * Returns the clientMessageId for a message that a run of an import stores. `run` is 12 hexadecimal digits. The ids of one sender are
 * adjacent in the index: with random ids, each message would be written to a page of its own.
 */
export function nameOfBrought(run: string, { conversationId, seq }: MessageRef): string {
  return `import:${run}.${conversationId}.${seq}`;
}

/** Whether a message was imported rather than sent here. */
export function isImported({ conversationId, seq, clientMessageId }: MessageRef & { readonly clientMessageId: string }): boolean {
  const [, stream, place] = namesOfBrought.exec(clientMessageId) ?? [];
  return stream === String(conversationId) && place === String(seq);
}

/**
 * Writes all other rows for imported messages, as if they had been sent, edited, recalled and reacted to here. Must run right after the
 * messages are inserted, in the same transaction.
 */
export async function storeImported(db: Pick<Db, 'dialect'>, tx: Tx, messages: readonly ImportedMessage[]): Promise<void> {
  const replies = messages.flatMap(({ thread, ...message }) => (thread === null ? [] : [{ ...message, ...thread }]));
  const mentioning = messages.filter(({ mentionIds, mentionsEveryone }) => mentionIds.length > 0 || mentionsEveryone);
  const attaching = messages.filter(({ attachments }) => attachments.length > 0);
  const reactions = messages.flatMap(({ conversationId, seq, reactions: own }) => own.map((one) => ({ ...one, conversationId, seq })));
  const settled = messages
    .map((message) => ({ ...message, hasReactions: message.reactions.length > 0 }))
    .filter(({ editedAt, recalledAt, hasReactions }) => editedAt !== null || recalledAt !== null || hasReactions);
  if (replies.length > 0) await newReplies(db).write(tx, replies);
  if (mentioning.length > 0) await newMentions.write(tx, mentioning);
  if (attaching.length > 0) await newAttached.write(tx, attaching);
  if (reactions.length > 0) await storedReactions.write(tx, reactions);
  await settleMessages(db, tx, settled);
}
