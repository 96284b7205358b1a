import type { Verdict } from '../log/index.ts';
import { conversationClosed } from './entries.ts';
import { conversationRow, membershipRow } from './facts.ts';
import { timeOfErasure } from './import-groups.ts';
import { entriesOfParting, storeParting } from './leave.ts';
import { entriesOfSuccession, storeSuccession, successor } from './ownership.ts';
import type { GroupParts } from './parts.ts';
import { isActive } from './store.ts';

type Parts = Pick<GroupParts, 'db' | 'log'>;

// Conversations in one read. Each is then left by an act of its own, because other users are using it.
const conversationsAtOnce = 100;

/**
 * Takes an erased account out of every conversation, one after another, and tells their members. A group that it owned goes to the admin
 * who has been there longest or, without admins, to the member. When the last member leaves, a group is dissolved. A direct conversation
 * stays for the other user. If it runs again, it continues where it stopped. Throws UNAVAILABLE, or the reason with which `signal` was
 * aborted.
 */
export async function leaveAll({ db, log }: Parts, userId: bigint, signal: AbortSignal): Promise<void> {
  for (;;) {
    const rows = await db.client.membership.findMany({
      where: { userId, state: 'ACTIVE' },
      select: { conversationId: true },
      orderBy: { conversationId: 'asc' },
      take: conversationsAtOnce,
    });
    if (rows.length === 0) break;
    for (const { conversationId } of rows) {
      signal.throwIfAborted();
      await leaveOne({ log }, conversationId, userId);
    }
  }
  // Nicknames and private settings are personal data.
  const nothing = {
    ...{ nickname: null, mutedUntil: null, notificationLevel: 'ALL', silentUntil: null, markedUnreadFromSeq: null },
    ...{ pinned: false, archived: false },
  };
  await db.transaction((tx) => tx.membership.updateMany({ where: { userId }, data: nothing }));
}

function leaveOne({ log }: Pick<Parts, 'log'>, conversationId: bigint, userId: bigint): Promise<void> {
  return log.append<void>({
    lock: [conversationId, userId],
    async decide(inside): Promise<Verdict<void>> {
      const [row, access] = await Promise.all([
        inside.read(conversationRow, conversationId),
        inside.read(membershipRow, { conversationId, userId }),
      ]);
      if (row === null || !isActive(access)) return { result: () => undefined };
      // The log of a dissolved group has ended, and the job of the dissolving tells its members.
      if (row.dissolvedAt !== null) return endedBefore({ conversationId, userId, untilSeq: inside.head(conversationId)?.lastSeq ?? 0 });
      const parting = { groupId: conversationId, actorId: userId, userId, reason: row.memberCount === 1 ? 'DISSOLVED' : 'LEFT' } as const;
      const heir = row.ownerId === userId ? await inside.read(successor, { conversationId, ownerId: userId }) : null;
      const succession = heir && { groupId: conversationId, actorId: userId, heir };
      const at = await timeOfErasure(inside, conversationId);
      return {
        entries: () =>
          [...(succession === null ? [] : entriesOfSuccession(succession)), ...entriesOfParting(parting)].map((entry) =>
            entry.stream === conversationId ? { ...entry, at } : entry,
          ),
        async write(tx, placed) {
          await storeParting(tx, parting, placed);
          if (succession !== null) await storeSuccession(tx, succession);
        },
        result: () => undefined,
      };
    },
  });
}

function endedBefore({
  untilSeq,
  ...ref
}: {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly untilSeq: number;
}): Verdict<void> {
  const { conversationId, userId } = ref;
  return {
    entries: () => [conversationClosed(userId, userId, { conversationId, reason: 'DISSOLVED' })],
    async write(tx) {
      await tx.membership.update({ where: { conversationId_userId: ref }, data: { state: 'DISSOLVED', untilSeq } });
    },
    result: () => undefined,
  };
}
