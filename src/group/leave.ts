import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import { putJob } from '../jobs/index.ts';
import { appendDiscoveringLocks, type LeaveReason, type Placed, type Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { banOutsider } from './ban.ts';
import { conversationClosed, memberLeft, type Written } from './entries.ts';
import { membershipRow } from './facts.ts';
import { storeTerms } from './listing.ts';
import { requireMay } from './may.ts';
import { requireGroup } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { noUser } from './refusal.ts';
import { type ConversationRow, isActive } from './store.ts';

/** The member to remove. */
export interface Removal {
  readonly groupId: bigint;
  readonly userId: bigint;
  /** Also keeps the user from joining again. A user who is not a member can be banned too. */
  readonly ban?: boolean | undefined;
}

/**
 * Ends a member's access. MemberLeft is the last entry of their membership. To leave oneself, use `leaveGroup`. Throws NOT_FOUND (groupId,
 * userId), INVALID_INPUT (userId: the viewer), FORBIDDEN.
 */
export function removeMember({ log }: Pick<GroupParts, 'log'>, viewer: Viewer, { groupId, userId, ban = false }: Removal): Promise<void> {
  const lock = [...new Set([groupId, userId])];
  return appendDiscoveringLocks<void>(log, {
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
      return endMembership({ groupId, actorId: viewer.userId, userId, reason: ban ? 'BANNED' : 'REMOVED' });
    },
  });
}

/** Ends the viewer's own access. When the last member leaves, the group is dissolved. Throws NOT_FOUND (groupId), OWNER_MUST_TRANSFER. */
export function leaveGroup({ log }: Pick<GroupParts, 'log'>, viewer: Viewer, { groupId }: { readonly groupId: bigint }): Promise<void> {
  const { userId } = viewer;
  return log.append<void>({
    lock: [...new Set([groupId, userId])],
    async decide(inside) {
      const { row, wish } = await requireGroup(inside, { groupId, viewer });
      requireMay('LEAVE_GROUP', wish);
      const last = row.memberCount === 1;
      return endMembership({ groupId, actorId: userId, userId, reason: last ? 'DISSOLVED' : 'LEFT' });
    },
  });
}

/** The end of a membership; with DISSOLVED, of all memberships of the conversation. */
interface EndOfMembership {
  readonly groupId: bigint;
  /** null for an operator. */
  readonly actorId: bigint | null;
  readonly userId: bigint;
  readonly reason: LeaveReason;
}

/**
 * Makes the verdict that ends a membership, with entries for the conversation and the account. With DISSOLVED it leaves a job that tells
 * the other members and the users with pending requests.
 */
export function endMembership(parting: EndOfMembership): Verdict<void> {
  return {
    entries: () => entriesOfParting(parting),
    write: (tx, placed) => storeParting(tx, parting, placed),
    result: () => undefined,
  };
}

/** Makes the entries of a membership's end, for the conversation and the account. */
export function entriesOfParting({ groupId, actorId, userId, reason }: EndOfMembership): readonly Written[] {
  return [memberLeft(groupId, actorId, { userId, reason }), conversationClosed(userId, actorId, { conversationId: groupId, reason })];
}

/** Stores a membership's end. Its entries must be among those of the verdict. */
export async function storeParting(
  tx: Tx,
  { groupId, actorId, userId, reason }: EndOfMembership,
  { at, entries }: Pick<Placed, 'at' | 'entries'>,
): Promise<void> {
  const left = entries.find(({ type }) => type === 'MemberLeft');
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

/**
 * Takes a group that is being dissolved out of the directory, and leaves a job that tells the other members and the users with pending
 * requests.
 */
async function leaveDissolved(
  tx: Tx,
  { row, actorId }: { readonly row: ConversationRow; readonly actorId: bigint | null },
  at: Date,
): Promise<void> {
  await storeTerms(tx, row.id, { before: row, after: { ...row, listed: false } });
  await putJob(tx, { kind: 'GroupDissolved', key: String(row.id), data: { groupId: row.id, actorId }, dueAt: at });
}
