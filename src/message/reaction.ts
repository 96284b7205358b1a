import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { type Append, type EffectKind, effect, type Fact, type Inside } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { requireReach } from './conversation-access.ts';
import { emojiIn } from './emoji.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { refKey } from './store.ts';
import { requireNotRecalled, requireSeen } from './target.ts';

/** A reaction: an emoji on a message. */
export interface Reacting {
  readonly message: MessageRef;
  readonly emoji: string;
}

interface OwnReaction extends MessageRef {
  readonly userId: bigint;
  readonly emoji: string;
}

function where({ conversationId, seq: messageSeq, emoji, userId }: OwnReaction) {
  return { conversationId, messageSeq, emoji, userId };
}

/** Whether a user has this reaction on a message. Guarded by the lock on the conversation's stream. */
const reacted: Fact<OwnReaction, boolean> = {
  name: 'reacted',
  key: ({ userId, emoji, ...ref }) => `${refKey(ref)}:${userId}:${emoji}`,
  async read(tx, keys) {
    const rows = await tx.reaction.findMany({ where: { OR: keys.map(where) } });
    const found = new Set(rows.map((row) => reacted.key({ ...row, seq: row.messageSeq })));
    return keys.map((key) => found.has(reacted.key(key)));
  },
};

/** The different emojis on a message. Guarded by the lock on the conversation's stream. */
const emojisOn: Fact<MessageRef, readonly string[]> = {
  name: 'emojis',
  key: refKey,
  async read(tx, refs) {
    const OR = refs.map(({ conversationId, seq: messageSeq }) => ({ conversationId, messageSeq }));
    const rows = await tx.reaction.groupBy({ by: ['conversationId', 'messageSeq', 'emoji'], where: { OR } });
    const found = Map.groupBy(rows, ({ conversationId, messageSeq: seq }) => refKey({ conversationId, seq }));
    return refs.map((ref) => (found.get(refKey(ref)) ?? []).map(({ emoji }) => emoji));
  },
};

/** Inserts reactions, each with the seq of its entry. */
export const storedReactions: EffectKind<OwnReaction & { readonly entrySeq: number }> = {
  name: 'reactions',
  async write(tx, reactions) {
    await tx.reaction.createMany({ data: reactions.map(({ entrySeq: seq, ...own }) => ({ ...where(own), seq })) });
  },
};

/** Marks messages as having reactions. */
const reactedTo: EffectKind<MessageRef> = {
  name: 'messages with reactions',
  async write(tx: Tx, refs) {
    const OR = refs.map(({ conversationId, seq }) => ({ conversationId, seq }));
    await tx.message.updateMany({ where: { OR }, data: { hasReactions: true } });
  },
};

/** Deletes reactions. */
const removed: EffectKind<OwnReaction> = {
  name: 'reactions taken back',
  async write(tx, reactions) {
    await tx.reaction.deleteMany({ where: { OR: reactions.map(where) } });
  },
};

/**
 * What an act on reactions locks. Reactions to different messages may share a commit, also with messages that are sent. Two reactions to
 * the same message may not, and what changes a message has its stream to itself.
 */
function sharing({ conversationId, seq }: MessageRef): Pick<Append<unknown>, 'lock' | 'keys'> {
  return { lock: [conversationId], keys: [`reactions:${conversationId}:${seq}`] };
}

/**
 * Adds a reaction to a message, once for each user and emoji. Repeating it has no effect. Throws INVALID_INPUT (emoji; messageId:
 * recalled), NOT_FOUND (messageId), LIMIT_REACHED (emoji: too many different ones on the message), UNAVAILABLE, and what requireReach
 * throws.
 */
export async function addReaction({ db, log, config }: MessageParts, viewer: Viewer, { message: ref, emoji }: Reacting): Promise<Message> {
  const own: OwnReaction = { ...ref, emoji: requireEmoji(emoji), userId: viewer.userId };
  return log.append<Message>({
    ...sharing(ref),
    async decide(inside) {
      const target = await requireNotRecalled(inside, viewer, ref);
      const { message } = target;
      if (message.hasReactions) {
        if (await inside.read(reacted, own)) return { result: () => message };
        await requireRoom(inside, own, config.maxReactions);
      }
      await requireReach(inside, { db }, { writing: target, field: ['messageId'] });
      return {
        entries: () => [changed(own, true)],
        effects: ({ entries }) => [
          effect(storedReactions, { ...own, entrySeq: entries[0]?.seq ?? 0 }),
          ...(message.hasReactions ? [] : [effect(reactedTo, ref)]),
        ],
        result: () => ({ ...message, hasReactions: true }),
      };
    },
  });
}

/** Removes a reaction of the viewer. Has no effect if there is none. Throws INVALID_INPUT (emoji), NOT_FOUND (messageId), UNAVAILABLE. */
export async function removeReaction({ log }: MessageParts, viewer: Viewer, { message: ref, emoji }: Reacting): Promise<Message> {
  const own: OwnReaction = { ...ref, emoji: requireEmoji(emoji), userId: viewer.userId };
  return log.append<Message>({
    ...sharing(ref),
    async decide(inside) {
      const { message } = await requireSeen(inside, viewer, ref);
      if (!message.hasReactions || !(await inside.read(reacted, own))) return { result: () => message };
      return { entries: () => [changed(own, false)], effects: () => [effect(removed, own)], result: () => message };
    },
  });
}

function changed({ conversationId: stream, seq: messageSeq, userId: actorId, emoji }: OwnReaction, added: boolean) {
  return { stream, actorId, entry: { type: 'ReactionsChanged', data: { messageSeq, emoji, added } } } as const;
}

async function requireRoom(inside: Inside, { emoji, ...ref }: OwnReaction, max: number): Promise<void> {
  const emojis = await inside.read(emojisOn, ref);
  if (emojis.length < max || emojis.includes(emoji)) return;
  throw new ChatError('LIMIT_REACHED', `A message can have at most ${max} different emojis. Use one that it already has.`, {
    field: ['emoji'],
  });
}

function requireEmoji(text: string): string {
  const emoji = emojiIn(text);
  if (emoji === null) throw new ChatError('INVALID_INPUT', 'A reaction must be exactly one emoji.', { field: ['emoji'] });
  return emoji;
}
