import { lastOverdue, trimStretch } from '../db/index.ts';
import type { Fact, Log, Verdict } from '../log/index.ts';
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

/**
 * Trims the next entries of a conversation from before a time, in one commit. Resolves to whether there is more to trim. Throws ChatError
 * UNAVAILABLE.
 */
export function trimNext(log: Log, { streamId: conversationId, before, atOnce }: Trim): Promise<boolean> {
  const nothing: Verdict<boolean> = { result: () => false };
  return log.append<boolean>({
    lock: [conversationId],
    async decide(inside) {
      const head = inside.head(conversationId);
      if (head === null) return nothing;
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
