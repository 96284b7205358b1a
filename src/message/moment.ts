import type { MessageParts } from './parts.ts';

/**
 * The seq of a conversation's newest entry that is not later than a moment; 0 where all are later. Times never decrease within a stream, so it is found
 * by halves: some thirty reads by key at the very most, and no index on times.
 */
export async function seqAt({ db, log }: Pick<MessageParts, 'db' | 'log'>, conversationId: bigint, at: Date): Promise<number> {
  const head = (await log.heads([conversationId])).get(conversationId);
  let [low, high] = [head?.floorSeq ?? 0, head?.lastSeq ?? 0];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const { entries } = await log.read(conversationId, { after: middle - 1, limit: 1, upTo: middle });
    const time = entries[0]?.at ?? (await db.now());
    if (time.getTime() <= at.getTime()) low = middle;
    else high = middle - 1;
  }
  return low;
}
