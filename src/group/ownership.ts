import type { Tx } from '../db/index.ts';
import type { Fact, Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { groupChanged, memberChanged, type Written } from './entries.ts';
import { userExists } from './facts.ts';
import { requireMay } from './may.ts';
import { unchanged } from './member-change.ts';
import { requireGroup, requireMember } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { noUser } from './refusal.ts';
import { type AssignableRole, requireRoomForAdmin } from './role.ts';
import type { MembershipRow } from './store.ts';

/** A change of a group's owner. */
export interface Succession {
  readonly groupId: bigint;
  /** null for an operator. */
  readonly actorId: bigint | null;
  /** The row of an active member, the next owner. */
  readonly heir: MembershipRow;
}

/**
 * Who inherits a group when its owner goes: the admin who has been there longest or, without admins, the member. null if nobody is left. It
 * changes only under the lock of the group's stream.
 */
export const successor: Fact<{ readonly conversationId: bigint; readonly ownerId: bigint }, MembershipRow | null> = {
  name: 'successor',
  key: ({ conversationId, ownerId }) => `${conversationId}:${ownerId}`,
  read: (tx, keys) =>
    Promise.all(
      keys.map(
        async ({ conversationId, ownerId }) =>
          (await longestIn(tx, { conversationId, ownerId, role: 'ADMIN' })) ?? longestIn(tx, { conversationId, ownerId }),
      ),
    ),
};

async function longestIn(
  tx: Tx,
  { conversationId, ownerId, role }: { readonly conversationId: bigint; readonly ownerId: bigint; readonly role?: string },
): Promise<MembershipRow | null> {
  return tx.membership.findFirst({
    where: { conversationId, state: 'ACTIVE', userId: { not: ownerId }, ...(role !== undefined && { role }) },
    orderBy: [{ joinedSeq: 'asc' }, { userId: 'asc' }],
  });
}

/**
 * Makes a member the owner and the viewer an admin. No effect if the member is the owner already, so a repeated transfer succeeds. Throws
 * NOT_FOUND (groupId, userId), FORBIDDEN, LIMIT_REACHED (userId: there would be too many admins).
 */
export function transferOwnership(
  { log, config }: Pick<GroupParts, 'log' | 'config'>,
  viewer: Viewer,
  { groupId, userId }: { readonly groupId: bigint; readonly userId: bigint },
): Promise<void> {
  return log.append<void>({
    lock: [...new Set([groupId, userId])],
    async decide(inside) {
      const { row, role, wish } = await requireGroup(inside, { groupId, viewer });
      const heir = await requireMember(inside, { conversationId: groupId, userId });
      // An erased account stays a member until its job reaches this group. The job then hands the group on, maybe not to the viewer.
      if (!(await inside.read(userExists, userId))) throw noUser('userId');
      if (row.ownerId === userId && role !== 'MEMBER') return unchanged;
      requireMay('TRANSFER_OWNERSHIP', { ...wish, to: heir });
      const { maxAdmins } = config;
      if (heir.role !== 'ADMIN') await requireRoomForAdmin(inside, groupId, { maxAdmins, field: 'userId' });
      return handOver({ groupId, actorId: viewer.userId, heir }, { userId: viewer.userId, role: 'ADMIN' });
    },
  });
}

/** Makes the verdict that makes a member the owner. `former`: the previous owner with their next role, if they are still a member. */
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

/** Makes the entries that tell a group of its new owner. They do not cover the previous owner. */
export function entriesOfSuccession({ groupId, actorId, heir }: Succession): readonly Written[] {
  const { userId, mutedUntil } = heir;
  return [
    memberChanged(groupId, actorId, { userId, fields: mutedUntil === null ? ['role'] : ['role', 'mutedUntil'] }),
    groupChanged(groupId, actorId, ['ownerId']),
  ];
}

/**
 * Stores the new owner and ends their mute, because nobody may lift a mute of the owner. The caller writes what becomes of the previous
 * owner.
 */
export async function storeSuccession(tx: Tx, { groupId, heir: { userId } }: Succession): Promise<void> {
  await tx.membership.update({
    where: { conversationId_userId: { conversationId: groupId, userId } },
    data: { role: 'OWNER', mutedUntil: null },
  });
  await tx.conversation.update({ where: { id: groupId }, data: { ownerId: userId } });
}
