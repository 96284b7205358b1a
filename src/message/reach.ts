import { compareIds } from '../compare-ids.ts';
import { readReaders, readReceiptBounds } from '../db/index.ts';
import type { Conversation } from '../group/index.ts';
import { formatHint, streamTopic } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { Audience, Reach, Reader } from './message.ts';
import type { MessageParts } from './parts.ts';

/**
 * Returns up to which seq all others have each conversation, in the order asked for: the lowest marker of all members, because a sender's
 * own markers run on over their own messages (decision 17). Null if receipts are off for the conversation (too many members), or a member
 * shows their markers to nobody.
 */
export async function readReaches(
  { db, config }: Pick<MessageParts, 'db' | 'config'>,
  of: readonly Pick<Conversation, 'id' | 'memberCount'>[],
  viewerId: bigint | null = null,
): Promise<readonly (Reach | null)[]> {
  const rows = await readReceiptBounds(db.client, small(of, config), viewerId);
  const found = new Map(rows.map((row) => [row.conversationId, row]));
  return of.map(({ id }) => {
    const row = found.get(id);
    return row === undefined || row.isPrivate ? null : { deliveredToAllSeq: row.deliveredSeq, readByAllSeq: row.readSeq };
  });
}

/**
 * Returns the members of each conversation who show their read markers, in the order in which they joined. Empty if receipts are off for
 * the conversation. Otherwise there are so few that each message of a page can search through them.
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
  return one.joinedSeq - other.joinedSeq || compareIds(one.userId, other.userId);
}

/**
 * Reads where the viewer's markers are shown to others. Returns a function that tells these members that the markers have changed, so that
 * they are read again. Throws UNAVAILABLE.
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

/**
 * Tells the members of a conversation that the shown read markers of some members have changed: all, only these members' own devices, or
 * only the others.
 */
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
