import type { Tx } from '../db/index.ts';
import { conversationOpened, memberJoined, type Written } from './entries.ts';
import type { OpenGroup } from './open-group.ts';
import type { MembershipRow } from './store.ts';

/** A user who joins a group. */
export interface Joiner {
  readonly userId: bigint;
  /** Their row from an earlier membership, which is reused. */
  readonly earlier: MembershipRow | null;
}

/** Users who join a group in one act. */
export interface Arrival {
  readonly group: Pick<OpenGroup, 'row' | 'lastSeq'>;
  readonly joiners: readonly Joiner[];
}

/**
 * Makes the entries for the group and for the joiners' accounts. All joiners have the same joinedSeq, the first entry of the act, so each
 * sees the others join.
 */
export function arrivalEntries({ group, joiners }: Arrival, actorId: bigint): readonly Written[] {
  const { lastSeq: seq } = group;
  const { id: conversationId } = group.row;
  const fromSeq = firstReadable(group);
  return [
    ...joiners.map(({ userId }) => memberJoined(conversationId, actorId, userId)),
    ...joiners.map(({ userId }) =>
      // fromSeq is given only if it does not follow from `seq`.
      conversationOpened(userId, actorId, { conversationId, seq, ...(fromSeq !== seq + 1 && { fromSeq }) }),
    ),
  ];
}

/** The first seq that a newcomer may read. It is fixed at the joining and kept while they stay. */
function firstReadable({ row, lastSeq }: Arrival['group']): number {
  return row.history === 'ALL' ? 1 : lastSeq + 1;
}

/**
 * Stores the memberships in the transaction that writes the entries. Earlier messages count as read, even if the joiners may read them. A
 * mute from an earlier membership stays: otherwise a muted member could end it by leaving and joining again.
 */
export async function storeArrival(tx: Tx, { group, joiners }: Arrival, at: Date): Promise<void> {
  if (joiners.length === 0) return;
  const { lastSeq: seq } = group;
  const { id: conversationId } = group.row;
  const fresh = {
    ...{ state: 'ACTIVE', role: 'MEMBER', fromSeq: firstReadable(group), joinedSeq: seq + 1, untilSeq: null, shown: true, joinedAt: at },
    ...{ nickname: null, notificationLevel: 'ALL', silentUntil: null, pinned: false, archived: false },
    ...{ deliveredSeq: seq, readSeq: seq, markedUnreadFromSeq: null },
  };
  const again = joiners.filter(({ earlier }) => earlier !== null).map(({ userId }) => userId);
  const first = joiners.filter(({ earlier }) => earlier === null);
  if (again.length > 0) await tx.membership.updateMany({ where: { conversationId, userId: { in: again } }, data: fresh });
  if (first.length > 0) await tx.membership.createMany({ data: first.map(({ userId }) => ({ ...fresh, conversationId, userId })) });
  await tx.conversation.update({ where: { id: conversationId }, data: { memberCount: { increment: joiners.length } } });
}
