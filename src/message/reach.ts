import { listReaders, readReach } from '../db/index.ts';
import type { Conversation } from '../group/index.ts';
import type { Message, Part, Reach } from './message.ts';
import type { MessageParts } from './parts.ts';

/**
 * How far all others have each conversation, in the order asked for: what the least of the markers has reached, for a sender's own markers run on over what
 * they say. Null where receipts are not kept (too many members), or somebody shows nobody how far they are.
 */
export async function readReaches(
  { db, config }: MessageParts,
  of: readonly Pick<Conversation, 'id' | 'memberCount'>[],
): Promise<readonly (Reach | null)[]> {
  const small = of.filter(({ memberCount }) => memberCount <= config.receiptMembers);
  const rows = await readReach(
    db.client,
    small.map(({ id }) => id),
  );
  const found = new Map(rows.map((row) => [row.conversationId, row]));
  return of.map(({ id, memberCount }) => {
    const row = memberCount <= config.receiptMembers ? found.get(id) : undefined;
    return row === undefined || row.isPrivate ? null : { deliveredToAllSeq: row.deliveredSeq, readByAllSeq: row.readSeq };
  });
}

/** Who has read a message, by id. Nobody where receipts are not kept. */
export async function readers(
  { db, groups, config }: MessageParts,
  { conversationId, seq, senderId }: Message,
  { first, after = 0n }: { readonly first: number; readonly after?: bigint | undefined },
): Promise<Part<bigint>> {
  const [conversation] = await groups.byIds([conversationId]);
  if (!conversation || conversation.memberCount > config.receiptMembers) return { items: [], hasNextPage: false };
  const found = await listReaders(db.client, { conversationId, seq, senderId, after, limit: first + 1 });
  return { items: found.slice(0, first), hasNextPage: found.length > first };
}
