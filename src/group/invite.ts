import { ChatError } from '../errors.ts';
import { appendDiscoveringLocks, type Inside, type NeedsLocks, type Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { GroupPolicy } from './conversation.ts';
import { groupAdmins, lockFor, seesInvites } from './group-admins.ts';
import { invitesChanged } from './invite-entries.ts';
import { endInvites, type InviteRow, inviteOf, inviteRow, isGood, newCode, readInvites, standingInvites } from './invite-store.ts';
import type { Invite, Joining } from './joining.ts';
import { isAllowed, requireMay } from './may.ts';
import { requireGroup } from './open-group.ts';
import type { GroupParts, JoiningParts } from './parts.ts';

/** Returns the users who may see a group's invites, according to its invitePolicy. */
export async function inviters(
  inside: Inside,
  { id, invitePolicy }: { readonly id: bigint; readonly invitePolicy: string },
): Promise<readonly bigint[]> {
  const found = await inside.read(groupAdmins, id);
  return found.flatMap((admin) => (seesInvites({ invitePolicy: invitePolicy as GroupPolicy }, admin) ? [admin.userId] : []));
}

/** Creates an invite with a random code. Throws as Joining.createInvite does. */
export async function createInvite(
  { log, config }: Pick<JoiningParts, 'log' | 'config'>,
  viewer: Viewer,
  { groupId, expiresAt = null, maxUses = null }: Parameters<Joining['createInvite']>[1],
): Promise<Invite> {
  if (maxUses !== null && maxUses < 1) {
    throw new ChatError('INVALID_INPUT', 'maxUses must be at least 1. Leave it out for an unlimited invite.', {
      field: ['maxUses'],
    });
  }
  // Made once, so that the invite is the same if the transaction runs again.
  const name = { id: uuidBytes(newUuid()), code: newCode() };
  const lock = [groupId, viewer.userId];
  return appendDiscoveringLocks<Invite>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<Invite> | NeedsLocks> {
      const { row, wish } = await requireGroup(inside, { groupId, viewer });
      requireMay('MANAGE_INVITES', wish);
      requireLater(expiresAt, inside.now);
      const { good, spent } = await countInvites(inside, groupId);
      if (good >= config.maxInvites) {
        throw new ChatError('LIMIT_REACHED', `A group can have at most ${config.maxInvites} invites. Revoke one first.`, {
          field: ['groupId'],
        });
      }
      const told = await inviters(inside, row);
      const relock = lockFor(told, { lock, holds });
      if (relock !== null) return relock;
      const invite = { ...name, conversationId: groupId, createdById: viewer.userId, expiresAt, usesLeft: maxUses };
      return {
        entries: () => invitesChanged(groupId, viewer.userId, told),
        async write(tx, { at }) {
          await endInvites(tx, spent, at);
          await tx.groupInvite.create({ data: { ...invite, createdAt: at } });
        },
        result: ({ at }) => inviteOf({ ...invite, createdAt: at, revokedAt: null }),
      };
    },
  });
}

function requireLater(expiresAt: Date | null, now: Date): void {
  if (expiresAt === null || expiresAt > now) return;
  throw new ChatError('INVALID_INPUT', 'expiresAt must be in the future. Leave it out for an invite that does not expire.', {
    field: ['expiresAt'],
  });
}

/** Counts a group's valid invites and finds those that are used up or expired. */
async function countInvites(inside: Inside, groupId: bigint): Promise<{ readonly good: number; readonly spent: readonly InviteRow[] }> {
  const standing = await inside.read(standingInvites, groupId);
  const spent = standing.filter((row) => !isGood(row, inside.now));
  return { good: standing.length - spent.length, spent };
}

/** Revokes an invite, whoever created it. Throws as Joining.revokeInvite does. */
export async function revokeInvite({ db, log }: Pick<GroupParts, 'db' | 'log'>, viewer: Viewer, id: string): Promise<void> {
  // The group of an invite never changes, so it can be read before the lock.
  const [known] = await readInvites(db.client, [id]);
  if (!known) throw noInvite();
  const groupId = known.conversationId;
  const lock = [groupId, viewer.userId];
  return appendDiscoveringLocks<void>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<void> | NeedsLocks> {
      const group = await requireGroup(inside, { groupId, viewer }).catch((error: unknown) => {
        throw error instanceof ChatError && error.code === 'NOT_FOUND' ? noInvite() : error;
      });
      // A member who may not revoke invites may not see them either.
      if (!isAllowed('MANAGE_INVITES', group.wish)) throw noInvite();
      const row = await inside.read(inviteRow, id);
      if (row === null) throw noInvite();
      // Revoking an invite that is no longer valid changes nothing.
      if (!isGood(row, inside.now)) return { result: () => undefined };
      const told = await inviters(inside, group.row);
      const relock = lockFor(told, { lock, holds });
      if (relock !== null) return relock;
      return {
        entries: () => invitesChanged(groupId, viewer.userId, told),
        write: (tx, { at }) => endInvites(tx, [row], at),
        result: () => undefined,
      };
    },
  });
}

function noInvite(): ChatError {
  return new ChatError('NOT_FOUND', 'Invite not found.', { field: ['inviteId'] });
}
