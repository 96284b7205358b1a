import type { Tx } from '../db/index.ts';
import type { Inside, NeedsLocks, Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { memberChanged } from './entries.ts';
import { membershipRow, userExists } from './facts.ts';
import { answerersOf, lockFor } from './group-admins.ts';
import { requestClosed } from './join-request-entries.ts';
import { isOpen, isWaiting, joinRequestRow, settleJoinRequests } from './join-request-store.ts';
import { requireMay } from './may.ts';
import { unchanged } from './member-change.ts';
import { requireGroup } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { noUser } from './refusal.ts';
import type { MembershipRow } from './store.ts';

/** A user who is not a member and is to be banned. */
interface Outsider {
  readonly groupId: bigint;
  readonly userId: bigint;
  /** Their row from an earlier membership. */
  readonly earlier: MembershipRow | null;
  readonly lock: readonly bigint[];
  readonly holds: (streamId: bigint) => boolean;
}

/**
 * Bans a user who is not a member. The group and the user's account must be locked. The banned user gets a membership row without access:
 * it covers no entries, or those of their earlier membership. A pending join request of theirs is declined silently. The caller must check
 * that the actor may ban. Throws NOT_FOUND (userId).
 */
export async function banOutsider(
  inside: Inside,
  actorId: bigint | null,
  { groupId, userId, earlier, ...locks }: Outsider,
): Promise<Verdict<void> | NeedsLocks> {
  if (!(await inside.read(userExists, userId))) throw noUser('userId');
  if (earlier?.state === 'BANNED') return unchanged;
  const ref = { conversationId: groupId, userId };
  const asks = isOpen(await inside.read(joinRequestRow, ref));
  const answerers = asks ? await answerersOf(inside, groupId) : [];
  const relock = lockFor(answerers, locks);
  if (relock !== null) return relock;
  return {
    entries: () => [
      memberChanged(groupId, actorId, { userId, fields: ['banned'] }),
      ...answerers.map((stream) => requestClosed(stream, actorId, { ...ref, accepted: false })),
    ],
    async write(tx, { at, entries }) {
      if (earlier === null) await storeStranger(tx, { ...ref, seq: entries[0]?.seq ?? 0, at });
      else await tx.membership.update({ where: { conversationId_userId: ref }, data: { state: 'BANNED' } });
      if (asks) await settleJoinRequests(tx, { conversationId: groupId, userIds: [userId] }, 'DECLINED');
    },
    result: () => undefined,
  };
}

async function storeStranger(
  tx: Tx,
  { seq, at, ...member }: { readonly conversationId: bigint; readonly userId: bigint; readonly seq: number; readonly at: Date },
): Promise<void> {
  await tx.membership.create({
    data: { ...member, state: 'BANNED', role: 'MEMBER', fromSeq: seq, joinedSeq: seq, untilSeq: seq, joinedAt: at },
  });
}

/**
 * Lifts a ban. The user may join again but does not become a member. A join request that the ban declined ends for the user too: it would
 * keep them from asking again. Throws NOT_FOUND (groupId, userId), FORBIDDEN.
 */
export function unbanUser(
  { log }: Pick<GroupParts, 'log'>,
  viewer: Viewer,
  { groupId, userId }: { readonly groupId: bigint; readonly userId: bigint },
): Promise<void> {
  return log.append<void>({
    lock: [...new Set([groupId, userId])],
    async decide(inside): Promise<Verdict<void>> {
      const { wish } = await requireGroup(inside, { groupId, viewer });
      requireMay('BAN_MEMBERS', wish);
      const ref = { conversationId: groupId, userId };
      const [access, request] = await Promise.all([inside.read(membershipRow, ref), inside.read(joinRequestRow, ref)]);
      if (access?.state !== 'BANNED') {
        if (!(await inside.read(userExists, userId))) throw noUser('userId');
        return unchanged;
      }
      const actorId = viewer.userId;
      const waits = isWaiting(request);
      return {
        entries: () => [
          memberChanged(groupId, actorId, { userId, fields: ['unbanned'] }),
          ...(waits ? [requestClosed(userId, actorId, { ...ref, accepted: false })] : []),
        ],
        async write(tx) {
          await tx.membership.update({ where: { conversationId_userId: ref }, data: { state: 'REMOVED' } });
          if (waits) await settleJoinRequests(tx, { conversationId: groupId, userIds: [userId] }, 'CANCELLED');
        },
        result: () => undefined,
      };
    },
  });
}
