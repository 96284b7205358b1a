import { ChatError } from '../errors.ts';
import { appendSearching, type Inside, type Relock, type Verdict } from '../log/index.ts';
import type { Change, GroupAdministration, OverseenGroup, Part } from './administration.ts';
import { banOutsider } from './ban.ts';
import { importedState } from './brought.ts';
import type { Role } from './conversation.ts';
import { groupChanged } from './entries.ts';
import { adminCount, conversationRow, membershipRow, userExists } from './facts.ts';
import { part } from './leave.ts';
import { successor } from './leave-all.ts';
import { storeTerms } from './listing.ts';
import { handOver } from './ownership.ts';
import type { GroupParts } from './parts.ts';
import { lockFor } from './runner.ts';
import { type ConversationRow, isActive, isFound, type MembershipRow, type MembershipState } from './store.ts';

type Parts = Pick<GroupParts, 'log' | 'config'>;

// What operators do to groups is what members do, by the same entries and rows. It differs in who may: no member is asked.

/** Of an operator's act no actor is logged: who reads the log is a member, and not to learn who operates. */
const actorId: null = null;

/** A group's row as operators see it. */
export function overseen({ id, name, description, createdAt, memberCount, ownerId, dissolvedAt, ...rest }: ConversationRow): OverseenGroup {
  const listed = isFound({ ...rest, dissolvedAt });
  const counted = dissolvedAt === null ? memberCount : 0;
  return { id, name: name ?? '', description, createdAt, listed, memberCount: counted, ownerId, dissolvedAt };
}

/** Dissolves a group. Throws as GroupAdministration.dissolve says. */
export function dissolveByOperator({ log }: Parts, { groupId }: { readonly groupId: bigint }): ReturnType<GroupAdministration['dissolve']> {
  type Dissolved = Awaited<ReturnType<GroupAdministration['dissolve']>>;
  const lock = [groupId];
  return appendSearching<Dissolved>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<Dissolved> | Relock> {
      const row = await requireThere(inside, groupId);
      const { memberCount, dissolvedAt } = overseen(row);
      const before = { memberCount, dissolvedAt };
      if (dissolvedAt !== null) return unchanged(before);
      const userId = await whoseEntry(inside, row);
      return (
        lockFor([userId], { lock, holds }) ?? {
          ...part({ groupId, actorId, userId, reason: 'DISSOLVED' }),
          result: ({ at }) => ({ before, after: { memberCount: 0, dissolvedAt: at } }),
        }
      );
    },
  });
}

/** Takes a group out of the directory. Throws as GroupAdministration.unlist says. */
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

/** Takes a member out of a group. Throws as GroupAdministration.remove says. */
export function removeByOperator(
  { log }: Parts,
  { groupId, userId, ban = false }: Parameters<GroupAdministration['remove']>[0],
): Promise<Change<Part>> {
  const lock = [...new Set([groupId, userId])];
  return appendSearching<Change<Part>>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<Change<Part>> | Relock> {
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
      return { ...part({ groupId, actorId, userId, reason }), result: () => ({ before, after: ended(before, reason) }) };
    },
  });
}

/** Gives a group to a member. Throws as GroupAdministration.setOwner says. */
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
      // An erased account is in it until its job has come this far, and hands on what it owns: to whose it was, who is an admin by then.
      if (!isActive(heir) || !(await inside.read(userExists, userId))) throw notIn('This user is not a member of the group.');
      if (ownerId === userId) return unchanged({ ownerId });
      const owner = ownerId === null ? null : await inside.read(membershipRow, { conversationId: groupId, userId: ownerId });
      // An admin too many is no reason to leave a group to who is to have it no longer: there are operators to say what else becomes of them.
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
  // Whoever is put out of it would be counted still, and what is logged today is newer than what is yet to come.
  throw new ChatError('CONFLICT', 'This group is still being imported and has no members yet.', { field: ['groupId'] });
}

async function requireStanding(inside: Inside, groupId: bigint): Promise<ConversationRow> {
  const row = await requireThere(inside, groupId);
  if (row.dissolvedAt !== null) throw new ChatError('CONFLICT', 'This group is dissolved and has no members.', { field: ['groupId'] });
  return row;
}

/** Whose access the entry names that ends everybody's: the owner's; where there is none, of who owned it next. */
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
