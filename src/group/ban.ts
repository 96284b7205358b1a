import type { Tx } from '../db/index.ts';
import type { Inside, Relock, Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { memberChanged } from './entries.ts';
import { membershipRow, userExists } from './facts.ts';
import { requestClosed } from './join-request-entries.ts';
import { isOpen, joinRequestRow, settleJoinRequests } from './join-request-store.ts';
import { requireMay } from './may.ts';
import { changeMember, unchanged } from './member-change.ts';
import { requireGroup } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { noUser } from './refusal.ts';
import { lockFor, runners } from './runner.ts';
import type { MembershipRow } from './store.ts';

/** Somebody outside a group, who is kept outside. */
interface Outsider {
  readonly groupId: bigint;
  readonly userId: bigint;
  /** Their row from an earlier stay. */
  readonly earlier: MembershipRow | null;
  readonly lock: readonly bigint[];
  readonly holds: (streamId: bigint) => boolean;
}

/**
 * Keeps somebody who is not in a group from coming in; the group and their account are locked. They have nothing there, then or before: their row is an empty
 * stretch of the log, or that of their earlier stay. If they wish to join, that is declined, of which they hear nothing. Whether it may be done is for the caller to ask. Throws NOT_FOUND (userId).
 */
export async function banOutsider(
  inside: Inside,
  actorId: bigint | null,
  { groupId, userId, earlier, ...locks }: Outsider,
): Promise<Verdict<void> | Relock> {
  if (!(await inside.read(userExists, userId))) throw noUser('userId');
  if (earlier?.state === 'BANNED') return unchanged;
  const ref = { conversationId: groupId, userId };
  const asks = isOpen(await inside.read(joinRequestRow, ref));
  const answerers = asks ? (await inside.read(runners, groupId)).map((runner) => runner.userId) : [];
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

/** Lets somebody who was banned come in again, if they may; they are not in it by that. Throws NOT_FOUND (groupId, userId), FORBIDDEN. */
export function unbanUser(
  { log }: Pick<GroupParts, 'log'>,
  viewer: Viewer,
  { groupId, userId }: { readonly groupId: bigint; readonly userId: bigint },
): Promise<void> {
  return log.append<void>({
    lock: [...new Set([groupId, userId])],
    async decide(inside) {
      const { wish } = await requireGroup(inside, { groupId, viewer });
      requireMay('BAN_MEMBERS', wish);
      const access = await inside.read(membershipRow, { conversationId: groupId, userId });
      if (access?.state === 'BANNED') {
        return changeMember({ groupId, actorId: viewer.userId, userId, fields: ['unbanned'], to: { state: 'REMOVED' } });
      }
      if (!(await inside.read(userExists, userId))) throw noUser('userId');
      return unchanged;
    },
  });
}
