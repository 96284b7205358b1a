import type { Tx } from '../db/index.ts';
import type { Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { groupChanged, memberChanged, type Written } from './entries.ts';
import { requireMay } from './may.ts';
import { unchanged } from './member-change.ts';
import { requireGroup, requireMember } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { type AssignableRole, requireRoomForAdmin } from './role.ts';
import type { MembershipRow } from './store.ts';

/** Who becomes a group's owner, and by whom. */
export interface Succession {
  readonly groupId: bigint;
  /** Null: nobody among the members. */
  readonly actorId: bigint | null;
  /** An active member's. */
  readonly heir: MembershipRow;
}

/**
 * Makes a member the owner, and the owner an admin. Where they own it already nothing happens: who handed it over may say so again. Throws NOT_FOUND (groupId,
 * userId), FORBIDDEN, LIMIT_REACHED (userId: the owner would be an admin too many).
 */
export function transferOwnership(
  { log, config }: Pick<GroupParts, 'log' | 'config'>,
  viewer: Viewer,
  { groupId, userId }: { readonly groupId: bigint; readonly userId: bigint },
): Promise<void> {
  return log.append<void>({
    lock: [groupId],
    async decide(inside) {
      const { row, role, wish } = await requireGroup(inside, { groupId, viewer });
      const heir = await requireMember(inside, { conversationId: groupId, userId });
      if (row.ownerId === userId && role !== 'MEMBER') return unchanged;
      requireMay('TRANSFER_OWNERSHIP', { ...wish, to: heir });
      const { maxAdmins } = config;
      if (heir.role !== 'ADMIN') await requireRoomForAdmin(inside, groupId, { maxAdmins, field: 'userId' });
      return handOver({ groupId, actorId: viewer.userId, heir }, { userId: viewer.userId, role: 'ADMIN' });
    },
  });
}

/** Makes a member the owner, and of the one before, where they are still in it, what they are from then on. */
export function handOver(succession: Succession, former: { readonly userId: bigint; readonly role: AssignableRole } | null): Verdict<void> {
  const { groupId, actorId } = succession;
  return {
    entries: () => [
      ...entriesOfSuccession(succession),
      ...(former === null ? [] : [memberChanged(groupId, actorId, { userId: former.userId, fields: ['role'] })]),
    ],
    async write(tx) {
      if (former !== null) {
        const { userId, role } = former;
        await tx.membership.update({ where: { conversationId_userId: { conversationId: groupId, userId } }, data: { role } });
      }
      await storeSuccession(tx, succession);
    },
    result: () => undefined,
  };
}

/** What a group is told of its new owner, whatever becomes of the one before. */
export function entriesOfSuccession({ groupId, actorId, heir }: Succession): readonly Written[] {
  const { userId, mutedUntil } = heir;
  return [
    memberChanged(groupId, actorId, { userId, fields: mutedUntil === null ? ['role'] : ['role', 'mutedUntil'] }),
    groupChanged(groupId, actorId, ['ownerId']),
  ];
}

/** Makes them the owner. Nobody could lift a mute of theirs any more: it ends. What becomes of the one before is the caller's to write. */
export async function storeSuccession(tx: Tx, { groupId, heir: { userId } }: Succession): Promise<void> {
  await tx.membership.update({
    where: { conversationId_userId: { conversationId: groupId, userId } },
    data: { role: 'OWNER', mutedUntil: null },
  });
  await tx.conversation.update({ where: { id: groupId }, data: { ownerId: userId } });
}
