import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { leaveJob } from '../jobs/index.ts';
import { appendSearching, type LeaveReason, type Placed, type Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { banOutsider } from './ban.ts';
import { conversationClosed, memberLeft } from './entries.ts';
import { membershipRow } from './facts.ts';
import { storeTerms } from './listing.ts';
import { requireMay } from './may.ts';
import { requireGroup } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { noUser } from './refusal.ts';
import { type ConversationRow, isActive } from './store.ts';

/** Whom to remove. */
export interface Removal {
  readonly groupId: bigint;
  readonly userId: bigint;
  /** And to keep from coming in again, which can be done to somebody who is not in it. */
  readonly ban?: boolean | undefined;
}

/**
 * Ends a member's access: their last entry is the one that says so. To leave oneself there is `leaveGroup`. Throws NOT_FOUND (groupId,
 * userId), INVALID_INPUT (userId: oneself), FORBIDDEN.
 */
export function removeMember({ log }: Pick<GroupParts, 'log'>, viewer: Viewer, { groupId, userId, ban = false }: Removal): Promise<void> {
  const lock = [...new Set([groupId, userId])];
  return appendSearching<void>(log, {
    lock,
    async decide(inside, holds) {
      const group = await requireGroup(inside, { groupId, viewer });
      if (userId === viewer.userId)
        throw new ChatError('INVALID_INPUT', 'You cannot remove yourself. Use leaveGroup to leave the group.', { field: ['userId'] });
      const access = await inside.read(membershipRow, { conversationId: groupId, userId });
      if (ban && !isActive(access)) {
        requireMay('BAN_MEMBERS', group.wish);
        return banOutsider(inside, viewer.userId, { groupId, userId, earlier: access, lock, holds });
      }
      if (!isActive(access)) throw noUser('userId');
      requireMay(ban ? 'BAN_MEMBERS' : 'REMOVE_MEMBERS', { ...group.wish, to: access });
      return part({ groupId, actorId: viewer.userId, userId, reason: ban ? 'BANNED' : 'REMOVED' });
    },
  });
}

/** Ends the viewer's own access; with the last one out the group is dissolved. Throws NOT_FOUND (groupId), OWNER_MUST_TRANSFER. */
export function leaveGroup({ log }: Pick<GroupParts, 'log'>, viewer: Viewer, { groupId }: { readonly groupId: bigint }): Promise<void> {
  const { userId } = viewer;
  return log.append<void>({
    lock: [...new Set([groupId, userId])],
    async decide(inside) {
      const { row, wish } = await requireGroup(inside, { groupId, viewer });
      requireMay('LEAVE_GROUP', wish);
      const last = row.memberCount === 1;
      return part({ groupId, actorId: userId, userId, reason: last ? 'DISSOLVED' : 'LEFT' });
    },
  });
}

/** An access that ends; with DISSOLVED everybody's. */
interface Parting {
  readonly groupId: bigint;
  /** Null: nobody among the members. */
  readonly actorId: bigint | null;
  readonly userId: bigint;
  readonly reason: LeaveReason;
}

/** Ends an access, on the conversation and on the account; with DISSOLVED a job is left that tells whoever else is in the group, or wishes to be. */
export function part(parting: Parting): Verdict<void> {
  const { groupId, actorId, userId, reason } = parting;
  return {
    entries: () => [
      memberLeft(groupId, actorId, { userId, reason }),
      conversationClosed(userId, actorId, { conversationId: groupId, reason }),
    ],
    write: (tx, placed) => storeParting(tx, parting, placed),
    result: () => undefined,
  };
}

async function storeParting(tx: Tx, { groupId, actorId, userId, reason }: Parting, { at, entries: [left] }: Placed): Promise<void> {
  if (left === undefined) throw new Error('a parting is an entry');
  await tx.membership.update({
    where: { conversationId_userId: { conversationId: groupId, userId } },
    data: { state: reason, untilSeq: left.seq },
  });
  const row = await tx.conversation.update({
    where: { id: groupId },
    data: { memberCount: { decrement: 1 }, ...(reason === 'DISSOLVED' && { dissolvedAt: at }) },
  });
  if (reason === 'DISSOLVED') await leaveDissolved(tx, { row, actorId }, at);
}

/** Takes a group out of the directory that is dissolved with this, and leaves it to a job to tell who else was in it, or wished to be. */
export async function leaveDissolved(
  tx: Tx,
  { row, actorId }: { readonly row: ConversationRow; readonly actorId: bigint | null },
  at: Date,
): Promise<void> {
  await storeTerms(tx, row.id, { before: row, after: { ...row, listed: false } });
  await leaveJob(tx, { kind: 'GroupDissolved', key: String(row.id), data: { groupId: row.id, actorId }, dueAt: at });
}
