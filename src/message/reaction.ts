import { ChatError } from '../errors.ts';
import type { Fact } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { isEmoji } from './emoji.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { refKey } from './store.ts';
import { requireStanding } from './target.ts';

/** What one user thinks of a message, in one emoji. */
export interface Reacting {
  readonly message: MessageRef;
  readonly emoji: string;
}

interface OwnReaction extends MessageRef {
  readonly userId: bigint;
  readonly emoji: string;
}

/** Whether a user has reacted so. Governed by the conversation's stream. */
const reacted: Fact<OwnReaction, boolean> = {
  name: 'reacted',
  key: ({ userId, emoji, ...ref }) => `${refKey(ref)}:${userId}:${emoji}`,
  async read(tx, keys) {
    const OR = keys.map(({ conversationId, seq: messageSeq, userId, emoji }) => ({ conversationId, messageSeq, userId, emoji }));
    const rows = await tx.reaction.findMany({ where: { OR } });
    const found = new Set(rows.map((row) => reacted.key({ ...row, seq: row.messageSeq })));
    return keys.map((key) => found.has(reacted.key(key)));
  },
};

const noEmojis: readonly string[] = [];

/** The emojis that stand on a message. Governed by the conversation's stream. */
const emojisOn: Fact<MessageRef, readonly string[]> = {
  name: 'emojis',
  key: refKey,
  read: (tx, refs) =>
    Promise.all(
      refs.map(async ({ conversationId, seq: messageSeq }) => {
        const rows = await tx.reaction.groupBy({ by: ['emoji'], where: { conversationId, messageSeq } });
        return rows.map(({ emoji }) => emoji);
      }),
    ),
};

/**
 * Puts a reaction on a message, once per user and emoji; twice is once. Throws INVALID_INPUT (emoji, messageId: recalled), NOT_FOUND (messageId),
 * LIMIT_REACHED (emoji), UNAVAILABLE.
 */
export function addReaction({ log, config }: MessageParts, viewer: Viewer, { message: ref, emoji }: Reacting): Promise<Message> {
  requireEmoji(emoji);
  const { conversationId, seq: messageSeq } = ref;
  const { userId } = viewer;
  return log.append<Message>({
    lock: [conversationId],
    async decide(inside) {
      const { message } = await requireStanding(inside, viewer, ref);
      const [known, emojis] = await Promise.all([
        inside.read(reacted, { ...ref, userId, emoji }),
        message.hasReactions ? inside.read(emojisOn, ref) : noEmojis,
      ]);
      if (known) return { result: () => message };
      if (!emojis.includes(emoji) && emojis.length >= config.maxReactions) {
        const limit = `A message takes at most ${config.maxReactions} different emojis. Use one that is there.`;
        throw new ChatError('LIMIT_REACHED', limit, { field: ['emoji'] });
      }
      return {
        entries: () => [
          { stream: conversationId, actorId: userId, entry: { type: 'ReactionsChanged', data: { messageSeq, emoji, added: true } } },
        ],
        async write(tx, { entries }) {
          await tx.reaction.create({ data: { conversationId, messageSeq, emoji, userId, seq: entries[0]?.seq ?? 0 } });
          const where = { conversationId, seq: messageSeq };
          if (!message.hasReactions) await tx.message.updateMany({ where, data: { hasReactions: true } });
        },
        result: () => ({ ...message, hasReactions: true }),
      };
    },
  });
}

/** Takes a reaction of the viewer's back; where there is none nothing happens. Throws INVALID_INPUT (emoji, messageId: recalled), NOT_FOUND (messageId), UNAVAILABLE. */
export function removeReaction({ log }: MessageParts, viewer: Viewer, { message: ref, emoji }: Reacting): Promise<Message> {
  requireEmoji(emoji);
  const { conversationId, seq: messageSeq } = ref;
  const { userId } = viewer;
  return log.append<Message>({
    lock: [conversationId],
    async decide(inside) {
      const { message } = await requireStanding(inside, viewer, ref);
      if (!(await inside.read(reacted, { ...ref, userId, emoji }))) return { result: () => message };
      return {
        entries: () => [
          { stream: conversationId, actorId: userId, entry: { type: 'ReactionsChanged', data: { messageSeq, emoji, added: false } } },
        ],
        async write(tx) {
          await tx.reaction.deleteMany({ where: { conversationId, messageSeq, emoji, userId } });
        },
        result: () => message,
      };
    },
  });
}

function requireEmoji(emoji: string): void {
  if (!isEmoji(emoji)) throw new ChatError('INVALID_INPUT', 'A reaction is one emoji.', { field: ['emoji'] });
}
