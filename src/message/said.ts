import type { Tx } from '../db/index.ts';
import type { Message } from './message.ts';
import { messageOf } from './store.ts';

/**
 * Returns the messages that a user sent in a conversation after a seq, ascending by seq. Recalled messages are included, those removed by
 * retention are not.
 */
export async function listSaid(
  tx: Tx,
  senderId: bigint,
  { conversationId, first, after }: { readonly conversationId: bigint; readonly first: number; readonly after: number },
): Promise<readonly Message[]> {
  // Retention leaves nothing of a message but its position.
  const stream = await tx.stream.findUnique({ where: { id: conversationId }, select: { floorSeq: true } });
  const rows = await tx.message.findMany({
    where: { conversationId, senderId, seq: { gt: Math.max(after, stream?.floorSeq ?? 0) } },
    orderBy: { seq: 'asc' },
    take: first,
  });
  return rows.map(messageOf);
}
