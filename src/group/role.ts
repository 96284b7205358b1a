import { ChatError } from '../errors.ts';
import type { Inside } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import type { Role } from './conversation.ts';
import { adminCount } from './facts.ts';
import { requireMay } from './may.ts';
import { changeMember, unchanged } from './member-change.ts';
import { requireGroup, requireMember } from './open-group.ts';
import type { GroupParts } from './parts.ts';

/** The roles that can be assigned. Ownership is transferred instead. */
export type AssignableRole = Exclude<Role, 'OWNER'>;

/**
 * Assigns a role to a member. Admins may give up their own role. If two admins demote each other, the first to commit wins, because the
 * other is no longer an admin. Throws NOT_FOUND (groupId, userId), FORBIDDEN, LIMIT_REACHED (role).
 */
export function setRole(
  { log, config }: Pick<GroupParts, 'log' | 'config'>,
  viewer: Viewer,
  { groupId, userId, role }: { readonly groupId: bigint; readonly userId: bigint; readonly role: AssignableRole },
): Promise<void> {
  return log.append<void>({
    lock: [groupId],
    async decide(inside) {
      const { wish } = await requireGroup(inside, { groupId, viewer });
      const access = await requireMember(inside, { conversationId: groupId, userId });
      requireMay('SET_ROLES', { ...wish, to: access });
      if (access.role === role) return unchanged;
      if (role === 'ADMIN') await requireRoomForAdmin(inside, groupId, { maxAdmins: config.maxAdmins, field: 'role' });
      return changeMember({ groupId, actorId: viewer.userId, userId, fields: ['role'], to: { role } });
    },
  });
}

/** Throws LIMIT_REACHED (`field`) if the group has as many admins as it may. */
export async function requireRoomForAdmin(
  inside: Inside,
  groupId: bigint,
  { maxAdmins, field }: { readonly maxAdmins: number; readonly field: string },
): Promise<void> {
  if ((await inside.read(adminCount, groupId)) < maxAdmins) return;
  throw new ChatError('LIMIT_REACHED', `A group can have at most ${maxAdmins} admins. Make one of them a member first.`, {
    field: [field],
  });
}
