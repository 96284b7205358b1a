import type { Tx } from '../db/index.ts';
import type { Message } from './message.ts';
import { messageOf } from './store.ts';

/** What a user said in a conversation past `after`, ascending by seq; what they took back too, and nothing that is kept no longer. */
export async function listSaid(
  tx: Tx,
  senderId: bigint,
  { conversationId, first, after }: { readonly conversationId: bigint; readonly first: number; readonly after: number },
): Promise<readonly Message[]> {
  // Of what the conversation does not keep nothing is left but its place.
  const stream = await tx.stream.findUnique({ where: { id: conversationId }, select: { floorSeq: true } });
  const rows = await tx.message.findMany({
    where: { conversationId, senderId, seq: { gt: Math.max(after, stream?.floorSeq ?? 0) } },
    orderBy: { seq: 'asc' },
    take: first,
  });
  return rows.map(messageOf);
}
