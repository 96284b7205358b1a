import { ChatError } from '../errors.ts';
import { appendDiscoveringLocks, type Inside, type NeedsLocks, type Verdict } from '../log/index.ts';
import type { Change, GroupAdministration, OverseenGroup, Part } from './administration.ts';
import { banOutsider } from './ban.ts';
import type { Role } from './conversation.ts';
import { groupChanged } from './entries.ts';
import { adminCount, conversationRow, membershipRow, userExists } from './facts.ts';
import { lockFor } from './group-admins.ts';
import { importedState } from './import-groups.ts';
import { endMembership } from './leave.ts';
import { storeTerms } from './listing.ts';
import { handOver, successor } from './ownership.ts';
import type { GroupParts } from './parts.ts';
import { type ConversationRow, isActive, isFound, type MembershipRow, type MembershipState } from './store.ts';

type Parts = Pick<GroupParts, 'log' | 'config'>;

// Operators act through the same entries and rows as members. Only the check differs: operators need no member's rights.

/** No actor is logged: members read the log, and must not learn who the operators are. */
const actorId: null = null;

/** Makes the operators' view of a group from its row. */
export function operatorView({
  id,
  name,
  description,
  createdAt,
  memberCount,
  ownerId,
  dissolvedAt,
  ...rest
}: ConversationRow): OverseenGroup {
  const listed = isFound({ ...rest, dissolvedAt });
  const counted = dissolvedAt === null ? memberCount : 0;
  return { id, name: name ?? '', description, createdAt, listed, memberCount: counted, ownerId, dissolvedAt };
}

/** Dissolves a group. Throws as GroupAdministration.dissolve does. */
export function dissolveByOperator({ log }: Parts, { groupId }: { readonly groupId: bigint }): ReturnType<GroupAdministration['dissolve']> {
  type Dissolved = Awaited<ReturnType<GroupAdministration['dissolve']>>;
  const lock = [groupId];
  return appendDiscoveringLocks<Dissolved>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<Dissolved> | NeedsLocks> {
      const row = await requireThere(inside, groupId);
      const { memberCount, dissolvedAt } = operatorView(row);
      const before = { memberCount, dissolvedAt };
      if (dissolvedAt !== null) return unchanged(before);
      const userId = await whoseEntry(inside, row);
      return (
        lockFor([userId], { lock, holds }) ?? {
          ...endMembership({ groupId, actorId, userId, reason: 'DISSOLVED' }),
          result: ({ at }) => ({ before, after: { memberCount: 0, dissolvedAt: at } }),
        }
      );
    },
  });
}

/** Removes a group from the directory. Throws as GroupAdministration.unlist does. */
export function unlistByOperator({ log }: Parts, { groupId }: { readonly groupId: bigint }): ReturnType<GroupAdministration['unlist']> {
  type Unlisted = Awaited<ReturnType<GroupAdministration['unlist']>>;
  return log.append<Unlisted>({
    lock: [groupId],
    async decide(inside): Promise<Verdict<Unlisted>> {
      const row = await requireThere(inside, groupId);
      if (row.dissolvedAt !== null || !row.listed) return unchanged({ listed: false });
      return {
        entries: () => [groupChanged(groupId, actorId, ['listed'])],
        async write(tx) {
          await tx.conversation.update({ where: { id: groupId }, data: { listed: false } });
          await storeTerms(tx, groupId, { before: row, after: { ...row, listed: false } });
        },
        result: () => ({ before: { listed: true }, after: { listed: false } }),
      };
    },
  });
}

/** Removes a member from a group. Throws as GroupAdministration.remove does. */
export function removeByOperator(
  { log }: Parts,
  { groupId, userId, ban = false }: Parameters<GroupAdministration['remove']>[0],
): Promise<Change<Part>> {
  const lock = [...new Set([groupId, userId])];
  return appendDiscoveringLocks<Change<Part>>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<Change<Part>> | NeedsLocks> {
      const row = await requireStanding(inside, groupId);
      const access = await inside.read(membershipRow, { conversationId: groupId, userId });
      const before = partOf(access);
      if (!isActive(access)) {
        if (before === null && !ban) throw notIn('This user has never been a member of the group.');
        if (!ban) return unchanged(before);
        const verdict = await banOutsider(inside, actorId, { groupId, userId, earlier: access, lock, holds });
        return 'relock' in verdict ? verdict : { ...verdict, result: () => ({ before, after: ended(before, 'BANNED') }) };
      }
      const last = row.memberCount === 1;
      if (row.ownerId === userId && !last) throw isOwner();
      const reason = last ? 'DISSOLVED' : ban ? 'BANNED' : 'REMOVED';
      return { ...endMembership({ groupId, actorId, userId, reason }), result: () => ({ before, after: ended(before, reason) }) };
    },
  });
}

/** Makes a member the owner. Throws as GroupAdministration.setOwner does. */
export function setOwnerByOperator(
  { log, config }: Parts,
  { groupId, userId }: Parameters<GroupAdministration['setOwner']>[0],
): ReturnType<GroupAdministration['setOwner']> {
  type Given = Awaited<ReturnType<GroupAdministration['setOwner']>>;
  return log.append<Given>({
    lock: [...new Set([groupId, userId])],
    async decide(inside): Promise<Verdict<Given>> {
      const { ownerId } = await requireStanding(inside, groupId);
      const heir = await inside.read(membershipRow, { conversationId: groupId, userId });
      // An erased account stays a member until its job reaches this group. The job then hands the group on, likely back to the previous
      // owner, who would be an admin by then.
      if (!isActive(heir) || !(await inside.read(userExists, userId))) throw notIn('This user is not a member of the group.');
      if (ownerId === userId) return unchanged({ ownerId });
      const owner = ownerId === null ? null : await inside.read(membershipRow, { conversationId: groupId, userId: ownerId });
      // Too many admins are no reason to leave the group with its owner. Operators can decide what else becomes of them.
      const room = heir.role === 'ADMIN' || (await inside.read(adminCount, groupId)) < config.maxAdmins;
      const former = isActive(owner) ? ({ userId: owner.userId, role: room ? 'ADMIN' : 'MEMBER' } as const) : null;
      return {
        ...handOver({ groupId, actorId, heir }, former),
        result: () => ({ before: { ownerId }, after: { ownerId: userId } }),
      };
    },
  });
}

async function requireThere(inside: Inside, groupId: bigint): Promise<ConversationRow> {
  const row = inside.head(groupId)?.kind === 'GROUP' ? await inside.read(conversationRow, groupId) : null;
  if (row === null) throw new ChatError('NOT_FOUND', 'Group not found.', { field: ['groupId'] });
  const owner = row.ownerId === null ? null : await inside.read(membershipRow, { conversationId: groupId, userId: row.ownerId });
  if (owner?.state !== importedState) return row;
  // A removed user would still be counted as a member, and an entry that is logged now would be newer than the imported entries to come.
  throw new ChatError('CONFLICT', 'This group is still being imported and has no members yet.', { field: ['groupId'] });
}

async function requireStanding(inside: Inside, groupId: bigint): Promise<ConversationRow> {
  const row = await requireThere(inside, groupId);
  if (row.dissolvedAt !== null) throw new ChatError('CONFLICT', 'This group is dissolved and has no members.', { field: ['groupId'] });
  return row;
}

/** Finds the member whom the entry that ends all memberships names: the owner, or else the one who would inherit the group. */
async function whoseEntry(inside: Inside, { id, ownerId }: ConversationRow): Promise<bigint> {
  const owner = ownerId === null ? null : await inside.read(membershipRow, { conversationId: id, userId: ownerId });
  const named = isActive(owner) ? owner : await inside.read(successor, { conversationId: id, ownerId: ownerId ?? 0n });
  if (named === null) throw new Error(`group ${id} stands, and nobody is in it`);
  return named.userId;
}

function partOf(row: MembershipRow | null): Part {
  return row && { state: row.state as MembershipState, role: row.role as Role };
}

function ended(before: Part, state: MembershipState): Part {
  return { role: before?.role ?? 'MEMBER', state };
}

function notIn(message: string): ChatError {
  return new ChatError('NOT_FOUND', message, { field: ['userId'] });
}

function isOwner(): ChatError {
  const message = 'This user owns the group, which has other members. Transfer ownership first, or dissolve the group.';
  return new ChatError('CONFLICT', message, { field: ['userId'] });
}

function unchanged<T>(stands: T): Verdict<Change<T>> {
  return { result: () => ({ before: stands, after: stands }) };
}
