import type { Verdict } from '../log/index.ts';
import { conversationClosed } from './entries.ts';
import { conversationRow } from './facts.ts';
import type { GroupParts } from './parts.ts';

// As many accounts as one call may name: what one transaction can lock and write in a moment.
const accountsAtOnce = 100;

/** Tells the accounts of a dissolved group's members that it is theirs no more, some at a time. Done again, it goes on where it was. */
export async function tellDissolved(
  { db, log }: Pick<GroupParts, 'db' | 'log'>,
  { groupId, actorId }: { readonly groupId: bigint; readonly actorId: bigint },
): Promise<void> {
  for (;;) {
    const rows = await db.client.membership.findMany({
      where: { conversationId: groupId, state: 'ACTIVE' },
      select: { userId: true },
      orderBy: { userId: 'asc' },
      take: accountsAtOnce,
    });
    const userIds = rows.map(({ userId }) => userId);
    if (userIds.length === 0) return;
    await log.append<void>({
      lock: [groupId, ...userIds],
      async decide(inside): Promise<Verdict<void>> {
        const row = await inside.read(conversationRow, groupId);
        if (row?.dissolvedAt == null) throw new Error(`group ${groupId} is not dissolved`);
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
