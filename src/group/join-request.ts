import { ChatError } from '../errors.ts';
import { appendDiscoveringLocks, type Inside, type NeedsLocks, type Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { admit } from './admission.ts';
import type { MembershipRef } from './conversation.ts';
import { groupCount, membershipRow, userExists } from './facts.ts';
import { answerersOf, lockFor } from './group-admins.ts';
import { requestClosed, requestsEnded } from './join-request-entries.ts';
import {
  isOpen,
  isWaiting,
  type JoinRequestRow,
  joinRequestRow,
  readWaiting,
  readWaitingIn,
  settleJoinRequests,
} from './join-request-store.ts';
import { requireMay } from './may.ts';
import { type OpenGroup, requireGroup } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { groupFull, tooManyGroups } from './refusal.ts';
import { maxUsersAtOnce } from './shape.ts';

/** The locks of an act, with which it can request more. */
interface Locks {
  readonly lock: readonly bigint[];
  readonly holds: (streamId: bigint) => boolean;
}

/** Accepts or declines a request. If two members answer it, the second gets NOT_FOUND. Throws as Joining.answer does. */
export function answerJoinRequest(
  { log, config }: Pick<GroupParts, 'log' | 'config'>,
  viewer: Viewer,
  { ref, accept }: { readonly ref: MembershipRef; readonly accept: boolean },
): Promise<void> {
  const lock = [...new Set([ref.conversationId, ref.userId, viewer.userId])];
  return appendDiscoveringLocks<void>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<void> | NeedsLocks> {
      if (ref.userId === viewer.userId) throw await ownRequest(inside, ref);
      const group = await requireGroup(inside, { groupId: ref.conversationId, viewer, field: 'requestId' });
      // Checked before the request is read: a member who may not answer must not learn who has requested to join.
      requireMay('ANSWER_JOIN_REQUESTS', group.wish);
      const row = await inside.read(joinRequestRow, ref);
      if (!isOpen(row)) throw noRequest();
      return accept
        ? letIn(inside, { group, row, config, actorId: viewer.userId, lock, holds })
        : decline(inside, { row, actorId: viewer.userId, lock, holds });
    },
  });
}

async function letIn(
  inside: Inside,
  {
    group,
    row,
    config,
    ...by
  }: Locks & {
    readonly group: OpenGroup;
    readonly row: JoinRequestRow;
    readonly config: GroupParts['config'];
    readonly actorId: bigint;
  },
): Promise<Verdict<void> | NeedsLocks> {
  const { conversationId, userId } = row;
  const [exists, earlier, groups] = await Promise.all([
    inside.read(userExists, userId),
    inside.read(membershipRow, { conversationId, userId }),
    inside.read(groupCount, userId),
  ]);
  if (!exists || earlier?.state === 'BANNED') throw noRequest();
  if (group.row.memberCount >= config.maxGroupMembers) throw groupFull(config.maxGroupMembers, 'requestId');
  if (groups >= config.maxGroupsPerUser) throw tooManyGroups(config.maxGroupsPerUser, ['requestId']);
  const admission = await admit(inside, { group, joiners: [{ userId, earlier }], ...by });
  if ('relock' in admission) return admission;
  return { entries: () => admission.entries, write: (tx, { at }) => admission.write(tx, at), result: () => undefined };
}

async function decline(
  inside: Inside,
  { row, actorId, ...locks }: Locks & { readonly row: JoinRequestRow; readonly actorId: bigint },
): Promise<Verdict<void> | NeedsLocks> {
  const { conversationId, userId } = row;
  const answerers = await answerersOf(inside, conversationId);
  return (
    lockFor(answerers, locks) ?? {
      entries: () => answerers.map((stream) => requestClosed(stream, actorId, { conversationId, userId, accepted: false })),
      write: (tx) => settleJoinRequests(tx, { conversationId, userIds: [userId] }, 'DECLINED'),
      result: () => undefined,
    }
  );
}

/** Cancels the viewer's own request. If it was declined, those who may answer are told nothing. Throws as Joining.cancel does. */
export function cancelJoinRequest({ log }: Pick<GroupParts, 'log'>, viewer: Viewer, ref: MembershipRef): Promise<void> {
  const { conversationId, userId } = ref;
  const lock = [conversationId, userId];
  return appendDiscoveringLocks<void>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<void> | NeedsLocks> {
      if (userId !== viewer.userId) throw await strangersRequest(inside, viewer, ref);
      const row = await inside.read(joinRequestRow, ref);
      if (row?.state === 'CANCELLED') return { result: () => undefined };
      if (!isWaiting(row)) throw noRequest();
      return takeBack(inside, { row, lock, holds });
    },
  });
}

/**
 * Cancels all pending requests of an erased account and removes their notes. If it runs again, it continues where it stopped. Throws
 * UNAVAILABLE, or the reason with which `signal` was aborted.
 */
export async function withdrawAll({ db, log }: Pick<GroupParts, 'db' | 'log'>, userId: bigint, signal: AbortSignal): Promise<void> {
  for (const { conversationId } of await readWaiting(db.client, userId)) {
    signal.throwIfAborted();
    const lock = [conversationId, userId];
    await appendDiscoveringLocks<void>(log, {
      lock,
      async decide(inside, holds): Promise<Verdict<void> | NeedsLocks> {
        const row = await inside.read(joinRequestRow, { conversationId, userId });
        return isWaiting(row) ? takeBack(inside, { row, lock, holds }) : { result: () => undefined };
      },
    });
  }
  // Requests that ended earlier still have their notes.
  await db.transaction((tx) => tx.joinRequest.updateMany({ where: { userId }, data: { note: null } }));
}

async function takeBack(inside: Inside, { row, ...locks }: Locks & { readonly row: JoinRequestRow }): Promise<Verdict<void> | NeedsLocks> {
  const { conversationId, userId } = row;
  const answerers = isOpen(row) ? await answerersOf(inside, conversationId) : [];
  return (
    lockFor(answerers, locks) ?? {
      entries: () => requestsEnded([row], { actorId: userId, accepted: false, answerers }),
      write: (tx) => settleJoinRequests(tx, { conversationId, userIds: [userId] }, 'CANCELLED'),
      result: () => undefined,
    }
  );
}

async function ownRequest(inside: Inside, ref: MembershipRef): Promise<ChatError> {
  if (!isWaiting(await inside.read(joinRequestRow, ref))) return noRequest();
  return new ChatError(
    'FORBIDDEN',
    'Only the owner and admins of the group can answer this request. To withdraw your own request, cancel it.',
    { field: ['requestId'] },
  );
}

async function strangersRequest(inside: Inside, viewer: Viewer, ref: MembershipRef): Promise<ChatError> {
  const { wish } = await requireGroup(inside, { groupId: ref.conversationId, viewer, field: 'requestId' });
  requireMay('ANSWER_JOIN_REQUESTS', wish);
  if (!isOpen(await inside.read(joinRequestRow, ref))) return noRequest();
  return new ChatError('FORBIDDEN', 'Only the user who sent this request can cancel it. To decline it, answer it.', {
    field: ['requestId'],
  });
}

function noRequest(): ChatError {
  return new ChatError('NOT_FOUND', 'Request not found.', { field: ['requestId'] });
}

/**
 * Tells users with pending requests to a dissolved group that these have ended, some at a time. If it runs again, it continues where it
 * stopped.
 */
export async function endRequestsOfDissolved(
  { db, log }: Pick<GroupParts, 'db' | 'log'>,
  { groupId, actorId }: { readonly groupId: bigint; readonly actorId: bigint | null },
): Promise<void> {
  for (;;) {
    const userIds = (await readWaitingIn(db.client, groupId, maxUsersAtOnce)).map(({ userId }) => userId);
    if (userIds.length === 0) return;
    await log.append<void>({
      lock: [groupId, ...userIds],
      async decide(inside): Promise<Verdict<void>> {
        const found = await Promise.all(userIds.map((userId) => inside.read(joinRequestRow, { conversationId: groupId, userId })));
        const rows = found.filter(isWaiting);
        return {
          entries: () => requestsEnded(rows, { actorId, accepted: false, answerers: [] }),
          write: (tx) => settleJoinRequests(tx, { conversationId: groupId, userIds }, 'DISSOLVED'),
          result: () => undefined,
        };
      },
    });
  }
}
