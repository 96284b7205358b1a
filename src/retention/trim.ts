import { lastOverdue, trimStretch } from '../db/index.ts';
import type { Fact, Inside, Log, Verdict } from '../log/index.ts';
import { daysBefore } from './days-before.ts';
import type { Trim } from './round.ts';

interface Asked {
  readonly conversationId: bigint;
  readonly after: number;
  readonly end: number;
  readonly before: Date;
}

/**
 * How far a stretch can be trimmed, or null if nothing can be. Keeps entries whose effects are not done. Keeps all of a conversation that
 * is being imported: its HistoryTrimmed, dated today, would precede entries that are still to be imported. Guarded by the lock on the
 * conversation's stream.
 */
const overdue: Fact<Asked, number | null> = {
  name: 'overdue',
  key: ({ conversationId, after, before }) => `${conversationId}:${after}:${before.getTime()}`,
  read: (tx, asked) =>
    Promise.all(
      asked.map(async ({ conversationId, after, end, before }) => {
        const stream = await tx.stream.findUnique({ where: { id: conversationId }, select: { jobSeq: true } });
        const upTo = Math.min(end, stream?.jobSeq ?? 0);
        if (upTo <= after || (await tx.importPending.findUnique({ where: { conversationId } })) !== null) return null;
        return await lastOverdue(tx, { conversationId, after, upTo }, before);
      }),
    ),
};

/** Before when entries of a stream are too old, as of the commit. Null: none is. */
export type Limit = (inside: Inside, streamId: bigint) => Promise<Date | null>;

/** For how many days a conversation keeps its history by its own choice; null: it has made none. Changes only under the stream's lock. */
const ownDays: Fact<bigint, number | null> = {
  name: 'ownDays',
  key: String,
  read: (tx, ids) =>
    Promise.all(
      ids.map(async (id) => (await tx.conversation.findUnique({ where: { id }, select: { historyDays: true } }))?.historyDays ?? null),
    ),
};

/** The limit that a conversation has set itself. */
export const ownLimit: Limit = async (inside, conversationId) => {
  const days = await inside.read(ownDays, conversationId);
  return days === null ? null : daysBefore(inside.now, days);
};

/** Trims the next entries of a conversation that are too old. Resolves to whether there is more to trim. Throws ChatError UNAVAILABLE. */
export function trimNext(log: Log, { streamId: conversationId, atOnce }: Trim, limit: Limit): Promise<boolean> {
  const nothing: Verdict<boolean> = { result: () => false };
  return log.append<boolean>({
    lock: [conversationId],
    async decide(inside) {
      const head = inside.head(conversationId);
      const before = await limit(inside, conversationId);
      if (head === null || before === null) return nothing;
      const after = head.floorSeq;
      const end = after + atOnce;
      const untilSeq = await inside.read(overdue, { conversationId, after, end, before });
      if (untilSeq === null) return nothing;
      return {
        entries: () => [{ stream: conversationId, actorId: null, entry: { type: 'HistoryTrimmed', data: { untilSeq } } }],
        write: (tx, { at }) => trimStretch(tx, { conversationId, after, upTo: untilSeq }, at),
        result: () => untilSeq === end,
      };
    },
  });
}
