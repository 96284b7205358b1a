import { readReach, readReaders } from '../db/index.ts';
import type { Conversation } from '../group/index.ts';
import { formatHint, streamTopic } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { Audience, Reach, Reader } from './message.ts';
import type { MessageParts } from './parts.ts';

/**
 * How far all others have each conversation, in the order asked for: what the least of the markers has reached, for a sender's own markers run on over what
 * they say. Null where receipts are not kept (too many members), or somebody shows nobody how far they are.
 */
export async function readReaches(
  { db, config }: Pick<MessageParts, 'db' | 'config'>,
  of: readonly Pick<Conversation, 'id' | 'memberCount'>[],
  viewerId: bigint | null = null,
): Promise<readonly (Reach | null)[]> {
  const rows = await readReach(db.client, small(of, config), viewerId);
  const found = new Map(rows.map((row) => [row.conversationId, row]));
  return of.map(({ id }) => {
    const row = found.get(id);
    return row === undefined || row.isPrivate ? null : { deliveredToAllSeq: row.deliveredSeq, readByAllSeq: row.readSeq };
  });
}

/**
 * The members of each conversation who show how far they have read, in the order in which they joined; nobody where receipts are not kept. There are so few
 * that each of a page's messages can look through them.
 */
export async function listReaders(
  { db, config }: Pick<MessageParts, 'db' | 'config'>,
  of: readonly Pick<Conversation, 'id' | 'memberCount'>[],
): Promise<readonly (readonly Reader[])[]> {
  const rows = await readReaders(db.client, small(of, config));
  const found = Map.groupBy(rows, ({ conversationId }) => conversationId);
  return of.map(({ id }) => (found.get(id) ?? []).toSorted(asTheyJoined));
}

function asTheyJoined(one: Reader, other: Reader): number {
  return one.joinedSeq - other.joinedSeq || (one.userId < other.userId ? -1 : 1);
}

/**
 * Reads where others are shown how far the viewer has got, and answers how to tell them that this has changed: the members then see anew what is shown of it.
 * Throws UNAVAILABLE.
 */
export async function tellingOf({ bus, groups, config }: MessageParts, viewer: Viewer): Promise<() => void> {
  const accesses = await groups.shown(viewer);
  const conversations = await groups.byIds(accesses.map(({ conversationId }) => conversationId));
  const ids = small(
    conversations.filter((conversation) => conversation !== null),
    config,
  );
  return () => {
    for (const conversationId of ids) tellReading({ bus }, { conversationId, userIds: [viewer.userId], to: 'all' });
  };
}

/** Tells who is in a conversation that what is shown of some members' reading has changed: all, of each only their own devices, or only the others'. */
export function tellReading(
  { bus }: Pick<MessageParts, 'bus'>,
  { conversationId, userIds, to }: { readonly conversationId: bigint; readonly userIds: readonly bigint[]; readonly to: Audience },
): void {
  // Not awaited: an answer never waits for the bus.
  for (const userId of userIds)
    void bus.publish(
      streamTopic(conversationId),
      formatHint({ kind: 'receipt', conversationId, userId, ownOnly: to === 'own', othersOnly: to === 'others' }),
    );
}

function small(of: readonly Pick<Conversation, 'id' | 'memberCount'>[], { receiptMembers }: MessageParts['config']): readonly bigint[] {
  return of.flatMap(({ id, memberCount }) => (memberCount <= receiptMembers ? [id] : []));
}
