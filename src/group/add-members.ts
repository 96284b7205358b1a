import { addressing, addressingError } from '../contact/index.ts';
import { ChatError } from '../errors.ts';
import { appendDiscoveringLocks, type Inside, type NeedsLocks, type Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { admit } from './admission.ts';
import type { Joiner as Arriving } from './arrival.ts';
import { groupCount, membershipRow, userExists } from './facts.ts';
import { requireMay } from './may.ts';
import { type OpenGroup, requireGroup } from './open-group.ts';
import type { GroupParts } from './parts.ts';
import { groupFull, noUser, tooManyGroups } from './refusal.ts';
import { type Named, requireUsers } from './shape.ts';
import { isActive } from './store.ts';

/** The result of adding users. */
export interface Added {
  /** In the order of the input. */
  readonly userIds: readonly bigint[];
  /** The errors of users who could not be added, each with field ['userIds', index]. */
  readonly errors: readonly ChatError[];
}

/** A user who may join. */
interface Joiner extends Named, Arriving {}

/**
 * Adds users to a group. They may read from this act on, or everything if the group's history is ALL. Those who cannot be added are in
 * `errors`; the others join. Throws NOT_FOUND (groupId), FORBIDDEN, INVALID_INPUT (userIds).
 */
export async function addMembers(
  { log, config }: GroupParts,
  viewer: Viewer,
  { groupId, userIds }: { readonly groupId: bigint; readonly userIds: readonly bigint[] },
): Promise<Added> {
  const named = requireUsers('userIds', userIds);
  const lock = [...new Set([groupId, ...named.map(({ userId }) => userId)])];
  return appendDiscoveringLocks<Added>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<Added> | NeedsLocks> {
      const group = await requireGroup(inside, { groupId, viewer });
      requireMay('ADD_MEMBERS', group.wish);
      const { joiners, errors } = await joinersAmong(inside, named, { viewer, group, config });
      const admission = await admit(inside, { group, joiners, actorId: viewer.userId, lock, holds });
      if ('relock' in admission) return admission;
      return {
        entries: () => admission.entries,
        write: (tx, { at }) => admission.write(tx, at),
        result: () => ({ userIds: joiners.map(({ userId }) => userId), errors }),
      };
    },
  });
}

async function joinersAmong(
  inside: Inside,
  named: readonly Named[],
  { viewer, group, config }: { readonly viewer: Viewer; readonly group: OpenGroup; readonly config: GroupParts['config'] },
): Promise<{ readonly joiners: readonly Joiner[]; readonly errors: readonly ChatError[] }> {
  const answers = await Promise.all(named.map((user) => joinerOf(inside, user, { viewer, group, config })));
  const errors = answers.filter((answer) => answer instanceof ChatError);
  const willing = answers.filter((answer): answer is Joiner => !(answer instanceof ChatError));
  const room = Math.max(0, config.maxGroupMembers - group.row.memberCount);
  const crowded = willing.slice(room).map(({ index }) => groupFull(config.maxGroupMembers, 'userIds', String(index)));
  return { joiners: willing.slice(0, room), errors: [...errors, ...crowded] };
}

async function joinerOf(
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
  if (unwanted !== null) return addressingError(unwanted, ...field);
  if (isActive(earlier)) return new ChatError('CONFLICT', 'This user is already a member.', { field });
  if (earlier?.state === 'BANNED') return new ChatError('FORBIDDEN', 'This user is banned from the group. Unban them first.', { field });
  if (groups >= config.maxGroupsPerUser) return tooManyGroups(config.maxGroupsPerUser, field);
  return { userId, index, earlier };
}
