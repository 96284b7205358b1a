import { requireFuture } from '../future.ts';
import type { Viewer } from '../user/index.ts';
import { requireMay } from './may.ts';
import { changeMember, unchanged } from './member-change.ts';
import { requireGroup, requireMember } from './open-group.ts';
import type { GroupParts } from './parts.ts';

/** The member to mute, and until when; null ends the mute. */
export interface Muting {
  readonly groupId: bigint;
  readonly userId: bigint;
  readonly until: Date | null;
}

/**
 * Mutes a member until a time, or ends their mute. Throws NOT_FOUND (groupId, userId), FORBIDDEN, INVALID_INPUT (until: not in the future).
 */
export function muteMember({ log }: Pick<GroupParts, 'log'>, viewer: Viewer, { groupId, userId, until }: Muting): Promise<void> {
  return log.append<void>({
    lock: [groupId],
    async decide(inside) {
      const { wish } = await requireGroup(inside, { groupId, viewer });
      const access = await requireMember(inside, { conversationId: groupId, userId });
      requireMay('MUTE_MEMBERS', { ...wish, to: access });
      requireFuture(until, { now: inside.now, field: 'until' });
      if (access.mutedUntil?.getTime() === until?.getTime()) return unchanged;
      return changeMember({ groupId, actorId: viewer.userId, userId, fields: ['mutedUntil'], to: { mutedUntil: until } });
    },
  });
}
