import { countUnread, newestMessages } from '../db/index.ts';
import type { Conversation, Membership } from '../group/index.ts';
import type { Viewer } from '../user/index.ts';
import type { Message } from './message.ts';
import type { MessageParts } from './parts.ts';
import { readMessages } from './store.ts';

/** The newest message within each access, in order; null where there is none. */
export async function lastMessages(
  { db }: Pick<MessageParts, 'db'>,
  accesses: readonly Membership[],
): Promise<readonly (Message | null)[]> {
  const newest = await newestMessages(db.client, [...new Set(accesses.map(({ conversationId }) => conversationId))]);
  // Seqs begin at 1: nothing stands at 0.
  const refs = accesses.map(({ conversationId }) => ({ conversationId, seq: newest.get(conversationId) ?? 0 }));
  const messages = await readMessages(db.client, refs);
  return messages.map((message, place) => (message !== null && message.seq >= (accesses[place]?.fromSeq ?? 0) ? message : null));
}

/** Messages of others past each member's readSeq, up to the lastSeq of the conversation as it was read, in order. */
export function unreadCounts(
  { db }: Pick<MessageParts, 'db'>,
  of: readonly { readonly conversation: Conversation; readonly access: Membership }[],
): Promise<readonly number[]> {
  const stretches = of.map(({ conversation: { lastSeq, lastOrdinal }, access: { conversationId, userId, readSeq, fromSeq } }) => ({
    ...{ conversationId, userId, lastSeq, lastOrdinal },
    afterSeq: Math.max(readSeq, fromSeq - 1),
  }));
  return countUnread(db.client, stretches);
}

/** Unread messages, and conversations that have some, over all that the viewer is shown. */
export async function unreadTotals(
  { db, log }: Pick<MessageParts, 'db' | 'log'>,
  { userId }: Viewer,
): Promise<{ readonly messages: number; readonly conversations: number }> {
  const accesses = await db.client.membership.findMany({
    where: { userId, state: 'ACTIVE', shown: true },
    select: { conversationId: true, readSeq: true },
  });
  const heads = await log.heads(accesses.map(({ conversationId }) => conversationId));
  const stretches = accesses.flatMap(({ conversationId, readSeq: afterSeq }) => {
    const head = heads.get(conversationId);
    return head === undefined ? [] : [{ conversationId, userId, afterSeq, lastSeq: head.lastSeq, lastOrdinal: head.lastOrdinal }];
  });
  const counts = (await countUnread(db.client, stretches)).filter((count) => count > 0);
  return { messages: counts.reduce((sum, count) => sum + count, 0), conversations: counts.length };
}
