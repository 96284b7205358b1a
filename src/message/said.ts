import type { Tx } from '../db/index.ts';
import type { Message } from './message.ts';
import { messageOf } from './store.ts';

/** What a user said in a conversation past `after`, ascending by seq; what they took back too. */
export async function listSaid(
  tx: Tx,
  senderId: bigint,
  { conversationId, first, after }: { readonly conversationId: bigint; readonly first: number; readonly after: number },
): Promise<readonly Message[]> {
  const rows = await tx.message.findMany({
    where: { conversationId, senderId, seq: { gt: after } },
    orderBy: { seq: 'asc' },
    take: first,
  });
  return rows.map(messageOf);
}
