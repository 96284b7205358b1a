import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { importedState, requireMay } from '../group/index.ts';
import type { Fact, Inside } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { requireReach } from './conversation-access.ts';
import type { Message, MessageRef } from './message.ts';
import type { MessageParts } from './parts.ts';
import { requireNotRecalled, requireSeen, type Target } from './target.ts';

/** The number of pins in a conversation. Guarded by the lock on its stream. */
const pinCount: Fact<bigint, number> = {
  name: 'pins',
  key: String,
  read: (tx, ids) => Promise.all(ids.map((conversationId) => tx.pin.count({ where: { conversationId } }))),
};

/**
 * The pinned messages, by seq, that no member sees any more, as after all have cleared the conversation. Nobody could unpin them, or is told
 * that they are unpinned. What a member has cleared stays so, so this needs no lock on the members.
 */
const unseenPins: Fact<bigint, readonly number[]> = {
  name: 'unseen pins',
  key: String,
  read: (tx, ids) =>
    Promise.all(
      ids.map(async (conversationId) => {
        const members = { conversationId, state: { in: ['ACTIVE', importedState] } };
        const { _min: first } = await tx.membership.aggregate({ where: members, _min: { fromSeq: true, clearedSeq: true } });
        const unseen = Math.max((first.fromSeq ?? 1) - 1, first.clearedSeq ?? 0);
        const pins = await tx.pin.findMany({ where: { conversationId, messageSeq: { lte: unseen } }, select: { messageSeq: true } });
        return pins.map(({ messageSeq }) => messageSeq);
      }),
    ),
};

/**
 * Pins a message. Repeating it has no effect. Throws NOT_FOUND (messageId), INVALID_INPUT (messageId: recalled), FORBIDDEN, LIMIT_REACHED,
 * UNAVAILABLE, and what requireReach throws.
 */
export function pin({ db, log, config }: MessageParts, viewer: Viewer, ref: MessageRef): Promise<Message> {
  const { conversationId, seq: messageSeq } = ref;
  return log.append<Message>({
    lock: [conversationId],
    async decide(inside) {
      const target = await requireNotRecalled(inside, viewer, ref);
      const { message } = target;
      requireRight(inside, target);
      if (message.pinnedAt !== null) return { result: () => message };
      const count = await inside.read(pinCount, conversationId);
      const unseen = count < config.maxPins ? [] : await inside.read(unseenPins, conversationId);
      if (count - unseen.length >= config.maxPins) {
        throw new ChatError('LIMIT_REACHED', `A conversation can have at most ${config.maxPins} pinned messages. Unpin one first.`, {
          field: ['messageId'],
        });
      }
      await requireReach(inside, { db }, { writing: target, field: ['messageId'] });
      return {
        entries: () => [
          { stream: conversationId, actorId: viewer.userId, entry: { type: 'PinChanged', data: { messageSeq, pinned: true } } },
        ],
        async write(tx, { at, entries }) {
          if (unseen.length > 0) await removePins(tx, conversationId, unseen);
          await tx.pin.create({ data: { conversationId, messageSeq, seq: entries[0]?.seq ?? 0 } });
          await tx.message.updateMany({ where: { conversationId, seq: messageSeq }, data: { pinnedAt: at } });
        },
        result: ({ at }) => ({ ...message, pinnedAt: at }),
      };
    },
  });
}

/** Unpins a message. Has no effect if it is not pinned. Throws NOT_FOUND (messageId), FORBIDDEN, UNAVAILABLE. */
export function unpin({ log }: MessageParts, viewer: Viewer, ref: MessageRef): Promise<Message> {
  const { conversationId, seq: messageSeq } = ref;
  return log.append<Message>({
    lock: [conversationId],
    async decide(inside) {
      const target = await requireSeen(inside, viewer, ref);
      const { message } = target;
      requireRight(inside, target);
      if (message.pinnedAt === null) return { result: () => message };
      return {
        entries: () => [
          { stream: conversationId, actorId: viewer.userId, entry: { type: 'PinChanged', data: { messageSeq, pinned: false } } },
        ],
        write: (tx) => removePins(tx, conversationId, [messageSeq]),
        result: () => ({ ...message, pinnedAt: null }),
      };
    },
  });
}

async function removePins(tx: Tx, conversationId: bigint, seqs: readonly number[]): Promise<void> {
  await tx.pin.deleteMany({ where: { conversationId, messageSeq: { in: [...seqs] } } });
  await tx.message.updateMany({ where: { conversationId, seq: { in: [...seqs] } }, data: { pinnedAt: null } });
}

// In a direct conversation both sides may.
function requireRight({ now }: Inside, { access, row }: Target): void {
  if (row !== null) requireMay('PIN_MESSAGES', { group: row, access, now }, ['messageId']);
}
