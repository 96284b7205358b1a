import { lastOverdue, trimStretch } from '../db/index.ts';
import type { Fact, Log, Verdict } from '../log/index.ts';

interface Asked {
  readonly conversationId: bigint;
  readonly after: number;
  readonly end: number;
  readonly before: Date;
}

/**
 * Up to where a stretch can be trimmed: what has effects that are not done stays, and all of what is being imported, as the entry of today that says what is gone would stand before what is
 * yet to come. Governed by the conversation's stream.
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

/** What is to be trimmed, and how many entries of any kind by one commit. */
export interface Trim {
  readonly conversationId: bigint;
  readonly before: Date;
  readonly atOnce: number;
}

/** Trims the next of what a conversation has from before a moment, in one commit; answers whether there is more. Throws ChatError UNAVAILABLE. */
export function trimNext(log: Log, { conversationId, before, atOnce }: Trim): Promise<boolean> {
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
