import { requireFitting } from '../data.ts';
import { type Db, settleMessages, type Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { newAttached } from './attached.ts';
import { requireAllowed } from './attachment.ts';
import { emojiIn } from './emoji.ts';
import { type Mentions, newMentions } from './mention.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { storedReactions } from './reaction.ts';
import { type NewText, requireShape } from './send.ts';
import { newReplies, type Thread } from './thread.ts';
import { nothingEnclosed, type Words } from './words.ts';

/** What somebody said elsewhere; nothing is left of what was taken back. */
export interface ForeignMessage extends Pick<NewText, 'attachments' | 'data'> {
  readonly text?: string | undefined;
  readonly recalledAt?: Date | undefined;
}

/** What a message says here. Throws INVALID_INPUT (text, attachments, attachments.N.…, data, data.…). Lists of words that are not to be used are not asked: it was said. */
export function requireForeignMessage(config: MessageParts['config'], { recalledAt, text = '', attachments, data }: ForeignMessage): Words {
  if (recalledAt !== undefined) return { text: '', ...nothingEnclosed };
  const enclosed = requireShape(config, { text, attachments, data });
  requireAllowed(enclosed.attachments, config);
  requireFitting(enclosed.data, config);
  return { text, ...enclosed };
}

/** Each emoji as it is stored, once. Throws INVALID_INPUT (reactions.N.emoji), LIMIT_REACHED (reactions). */
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

/** A message as it has come to stand, and what is to be known of it besides. */
export interface BroughtMessage extends MessageRef, Pick<Message, 'senderId' | 'attachments' | 'editedAt' | 'recalledAt'>, Mentions {
  readonly thread: Thread | null;
  /** Each with its entry. */
  readonly reactions: readonly { readonly userId: bigint; readonly emoji: string; readonly entrySeq: number }[];
}

// No client can know by chance which number its message is about to be given.
const namesOfBrought = /^import:[0-9a-f]{12}\.(\d+)\.(\d+)$/;

/** Under what name a message is stored that a run of an import brings. `run`: 12 hexadecimal digits. One sender's follow each other in their index: names at random would have each message written to a page of its own. */
export function nameOfBrought(run: string, { conversationId, seq }: MessageRef): string {
  return `import:${run}.${conversationId}.${seq}`;
}

/** Whether a message was brought along, and not said here. */
export function isBrought({ conversationId, seq, clientMessageId }: MessageRef & { readonly clientMessageId: string }): boolean {
  const [, stream, place] = namesOfBrought.exec(clientMessageId) ?? [];
  return stream === String(conversationId) && place === String(seq);
}

/** Stores all rows that come with messages beside their own, as if they had been sent, edited, taken back and reacted to here: right after those, in their transaction. */
export async function storeBrought(db: Pick<Db, 'dialect'>, tx: Tx, messages: readonly BroughtMessage[]): Promise<void> {
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
