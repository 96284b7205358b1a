import { countReaders, listReaders, readReach } from '../db/index.ts';
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

/** How many have read a message, other than its sender; 0 where receipts are not kept. */
export async function readerCount(parts: MessageParts, message: Message): Promise<number> {
  return (await isKept(parts, message)) ? countReaders(parts.db.client, message) : 0;
}

async function isKept({ groups, config }: MessageParts, { conversationId }: Message): Promise<boolean> {
  const [conversation] = await groups.byIds([conversationId]);
  return conversation ? conversation.memberCount <= config.receiptMembers : false;
}

/** Who has read a message, by id. Nobody where receipts are not kept. */
export async function readers(
  parts: MessageParts,
  message: Message,
  { first, after = 0n }: { readonly first: number; readonly after?: bigint | undefined },
): Promise<Part<bigint>> {
  if (!(await isKept(parts, message))) return { items: [], hasNextPage: false };
  const { conversationId, seq, senderId } = message;
  const found = await listReaders(parts.db.client, { conversationId, seq, senderId, after, limit: first + 1 });
  return { items: found.slice(0, first), hasNextPage: found.length > first };
}
