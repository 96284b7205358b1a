import { ChatError } from '../errors.ts';
import type { Viewer } from '../user/index.ts';
import { requireMay } from './may.ts';
import { changeMember, unchanged } from './member-change.ts';
import { requireGroup, requireMember } from './open-group.ts';
import type { GroupParts } from './parts.ts';

/** Whom to mute, and until when; null: to let write again. */
export interface Muting {
  readonly groupId: bigint;
  readonly userId: bigint;
  readonly until: Date | null;
}

/** Keeps a member from writing until a moment, or lets them write again. Throws NOT_FOUND (groupId, userId), FORBIDDEN, INVALID_INPUT (until: not in the future). */
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

/** Throws INVALID_INPUT (the field) for a moment that has come; `now` is the database's clock. */
export function requireFuture(moment: Date | null, { now, field }: { readonly now: Date; readonly field: string }): void {
  if (moment === null || moment > now) return;
  throw new ChatError('INVALID_INPUT', 'The end of a mute must be in the future.', { field: [field] });
}
