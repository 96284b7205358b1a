import { lastOverdueEntry, trimEntries } from '../db/index.ts';
import type { Fact, Log, Verdict } from '../log/index.ts';
import type { Trim } from './round.ts';
import type { Limit } from './trim.ts';

interface Asked {
  readonly streamId: bigint;
  readonly after: number;
  readonly end: number;
  readonly before: Date;
}

/**
 * How far a stretch of an account stream can be trimmed, or null if nothing can be. Keeps entries whose effects are not done. Guarded by the
 * lock on the stream.
 */
const overdueEntries: Fact<Asked, number | null> = {
  name: 'overdueEntries',
  key: ({ streamId, after, before }) => `${streamId}:${after}:${before.getTime()}`,
  read: (tx, asked) =>
    Promise.all(
      asked.map(async ({ streamId, after, end, before }) => {
        const stream = await tx.stream.findUnique({ where: { id: streamId }, select: { jobSeq: true } });
        const upTo = Math.min(end, stream?.jobSeq ?? 0);
        return upTo <= after ? null : await lastOverdueEntry(tx, { streamId, after, upTo }, before);
      }),
    ),
};

/**
 * Trims the next entries of an account stream, or of the server's stream, that are too old, in one commit. Resolves to whether there is
 * more to trim. Always keeps the newest entry: then the row of a stream in which nothing happens tells that there is nothing to trim. Throws
 * ChatError UNAVAILABLE.
 */
export function trimNextEntries(log: Log, { streamId, atOnce }: Trim, limit: Limit): Promise<boolean> {
  const nothing: Verdict<boolean> = { result: () => false };
  return log.append<boolean>({
    lock: [streamId],
    repeatable: true,
    async decide(inside) {
      const head = inside.head(streamId);
      const before = await limit(inside, streamId);
      if (head === null || before === null) return nothing;
      const after = head.floorSeq;
      const end = Math.min(after + atOnce, head.lastSeq - 1);
      const upTo = await inside.read(overdueEntries, { streamId, after, end, before });
      if (upTo === null) return nothing;
      return { write: (tx) => trimEntries(tx, { streamId, after, upTo }), result: () => upTo === after + atOnce };
    },
  });
}
