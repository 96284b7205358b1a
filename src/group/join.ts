import type { Tx } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Inside, Verdict } from '../log/index.ts';
import { addressing, unwelcome, type Viewer } from '../user/index.ts';
import { conversationOpened, memberJoined } from './entries.ts';
import { groupCount, membershipRow, userExists } from './facts.ts';
import { requireMay } from './may.ts';
import { type OpenGroup, requireGroup } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { groupFull, noUser, tooManyGroups } from './refusal.ts';
import { type Named, requireUsers } from './shape.ts';
import { isActive, type MembershipRow } from './store.ts';

/** What became of an addition. */
export interface Joined {
  /** In the order they were named. */
  readonly userIds: readonly bigint[];
  /** Who could not be added, each with field ['userIds', index]. */
  readonly errors: readonly ChatError[];
}

/** A user who may join. */
interface Joiner extends Named {
  /** Their row from an earlier stay, which is used again. */
  readonly earlier: MembershipRow | null;
}

/**
 * Adds users to a group; they read from this act on. Who cannot be added stands in `errors`, the others join. Throws NOT_FOUND (groupId),
 * FORBIDDEN, INVALID_INPUT (userIds).
 */
export async function addMembers(
  { log, config }: GroupParts,
  viewer: Viewer,
  { groupId, userIds }: { readonly groupId: bigint; readonly userIds: readonly bigint[] },
): Promise<Joined> {
  const named = requireUsers('userIds', userIds);
  return log.append<Joined>({
    lock: [...new Set([groupId, ...named.map(({ userId }) => userId)])],
    async decide(inside) {
      const group = await requireGroup(inside, { groupId, viewer });
      requireMay('ADD_MEMBERS', group.wish);
      const { joiners, errors } = await sortOut(inside, named, { viewer, group, config });
      return join(group, viewer, { joiners, errors });
    },
  });
}

async function sortOut(
  inside: Inside,
  named: readonly Named[],
  { viewer, group, config }: { readonly viewer: Viewer; readonly group: OpenGroup; readonly config: GroupParts['config'] },
): Promise<{ readonly joiners: readonly Joiner[]; readonly errors: readonly ChatError[] }> {
  const answers = await Promise.all(named.map((user) => judge(inside, user, { viewer, group, config })));
  const errors = answers.filter((answer) => answer instanceof ChatError);
  const willing = answers.filter((answer): answer is Joiner => !(answer instanceof ChatError));
  const room = Math.max(0, config.maxGroupMembers - group.row.memberCount);
  const crowded = willing.slice(room).map(({ index }) => groupFull(config.maxGroupMembers, 'userIds', String(index)));
  return { joiners: willing.slice(0, room), errors: [...errors, ...crowded] };
}

async function judge(
  inside: Inside,
  { userId, index }: Named,
  { viewer, group, config }: { readonly viewer: Viewer; readonly group: OpenGroup; readonly config: GroupParts['config'] },
): Promise<Joiner | ChatError> {
  const field = ['userIds', String(index)];
  const [exists, unwanted, earlier, groups] = await Promise.all([
    inside.read(userExists, userId),
    inside.read(addressing, { fromId: viewer.userId, toId: userId }),
    inside.read(membershipRow, { conversationId: group.row.id, userId }),
    inside.read(groupCount, userId),
  ]);
  if (!exists) return noUser(...field);
  if (unwanted !== null) return unwelcome(unwanted, ...field);
  if (isActive(earlier)) return new ChatError('CONFLICT', 'They are a member already.', { field });
  if (earlier?.state === 'BANNED') return new ChatError('FORBIDDEN', 'They are banned from this group. Unban them first.', { field });
  if (groups >= config.maxGroupsPerUser) return tooManyGroups(config.maxGroupsPerUser, field);
  return { userId, index, earlier };
}

function join(
  { row, lastSeq }: OpenGroup,
  viewer: Viewer,
  { joiners, errors }: { readonly joiners: readonly Joiner[]; readonly errors: readonly ChatError[] },
): Verdict<Joined> {
  const conversationId = row.id;
  const userIds = joiners.map(({ userId }) => userId);
  return {
    // They all read from the first entry of the act on: who comes in together sees the others come.
    entries: () => [
      ...userIds.map((userId) => memberJoined(conversationId, viewer.userId, userId)),
      ...userIds.map((userId) => conversationOpened(userId, viewer.userId, { conversationId, seq: lastSeq })),
    ],
    write: (tx, { at }) => storeJoiners(tx, { conversationId, joiners, seq: lastSeq, at }),
    result: () => ({ userIds, errors }),
  };
}

interface Arrival {
  readonly conversationId: bigint;
  readonly joiners: readonly Joiner[];
  /** The last seq before the act. */
  readonly seq: number;
  readonly at: Date;
}

async function storeJoiners(tx: Tx, { conversationId, joiners, seq, at }: Arrival): Promise<void> {
  if (joiners.length === 0) return;
  const fresh = {
    ...{ state: 'ACTIVE', role: 'MEMBER', fromSeq: seq + 1, untilSeq: null, shown: true, joinedAt: at },
    ...{ nickname: null, mutedUntil: null, notificationLevel: 'ALL' },
    ...{ deliveredSeq: seq, readSeq: seq, markedUnreadFromSeq: null },
  };
  const again = joiners.filter(({ earlier }) => earlier !== null).map(({ userId }) => userId);
  const first = joiners.filter(({ earlier }) => earlier === null);
  if (again.length > 0) await tx.membership.updateMany({ where: { conversationId, userId: { in: again } }, data: fresh });
  if (first.length > 0) await tx.membership.createMany({ data: first.map(({ userId }) => ({ ...fresh, conversationId, userId })) });
  await tx.conversation.update({ where: { id: conversationId }, data: { memberCount: { increment: joiners.length } } });
}
