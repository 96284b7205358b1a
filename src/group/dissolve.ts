import type { Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { conversationClosed } from './entries.ts';
import { conversationRow, membershipRow } from './facts.ts';
import { endMembership } from './leave.ts';
import { requireMay } from './may.ts';
import { requireGroup } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { isActive } from './store.ts';

// As many accounts as one call may name: one transaction locks and writes them in a moment.
const accountsAtOnce = 100;

/**
 * Dissolves a group. One entry, the group's last, ends the access of all members, at the same cost however many there are. A job then tells
 * their accounts. Throws NOT_FOUND (groupId), FORBIDDEN.
 */
export function dissolveGroup({ log }: Pick<GroupParts, 'log'>, viewer: Viewer, { groupId }: { readonly groupId: bigint }): Promise<void> {
  const { userId } = viewer;
  return log.append<void>({
    lock: [...new Set([groupId, userId])],
    async decide(inside) {
      const { wish } = await requireGroup(inside, { groupId, viewer });
      requireMay('DISSOLVE_GROUP', wish);
      return endMembership({ groupId, actorId: userId, userId, reason: 'DISSOLVED' });
    },
  });
}

/**
 * Tells the accounts of a dissolved group's members that the conversation is closed, `accountsAtOnce` at a time. If it runs again, it
 * continues where it stopped.
 */
export async function tellDissolved(
  { db, log }: Pick<GroupParts, 'db' | 'log'>,
  { groupId, actorId }: { readonly groupId: bigint; readonly actorId: bigint | null },
): Promise<void> {
  for (;;) {
    const rows = await db.client.membership.findMany({
      where: { conversationId: groupId, state: 'ACTIVE' },
      select: { userId: true },
      // Members who were told are no longer in this index range, so each step starts at its beginning.
      orderBy: [{ joinedSeq: 'asc' }, { userId: 'asc' }],
      take: accountsAtOnce,
    });
    const found = rows.map(({ userId }) => userId);
    if (found.length === 0) return;
    await log.append<void>({
      lock: [groupId, ...found],
      async decide(inside): Promise<Verdict<void>> {
        const row = await inside.read(conversationRow, groupId);
        if (row?.dissolvedAt == null) throw new Error(`group ${groupId} is not dissolved`);
        // If this runs twice at once, each run tells only the members whom the other has not told.
        const accesses = await Promise.all(found.map((userId) => inside.read(membershipRow, { conversationId: groupId, userId })));
        const userIds = accesses.filter(isActive).map(({ userId }) => userId);
        const untilSeq = inside.head(groupId)?.lastSeq ?? 0;
        return {
          entries: () => userIds.map((userId) => conversationClosed(userId, actorId, { conversationId: groupId, reason: 'DISSOLVED' })),
          async write(tx) {
            await tx.membership.updateMany({
              where: { conversationId: groupId, userId: { in: userIds } },
              data: { state: 'DISSOLVED', untilSeq },
            });
          },
          result: () => undefined,
        };
      },
    });
  }
}
