import { ChatError } from '../errors.ts';
import { appendSearching, type Inside, type Relock, type Verdict } from '../log/index.ts';
import type { Viewer } from '../user/index.ts';
import { newUuid, uuidBytes } from '../uuid.ts';
import type { GroupPolicy } from './conversation.ts';
import { invitesChanged } from './invite-entries.ts';
import { endInvites, type InviteRow, inviteOf, inviteRow, isGood, newCode, readInvites, standingInvites } from './invite-store.ts';
import type { Invite, Joining } from './joining.ts';
import { judge, requireMay } from './may.ts';
import { requireGroup } from './open-group.ts';
import type { GroupParts, JoiningParts } from './parts.ts';
import { lockFor, runners, seesInvites } from './runner.ts';

/** Those who see a group's invitations, whose policy the row says. */
export async function inviters(
  inside: Inside,
  { id, invitePolicy }: { readonly id: bigint; readonly invitePolicy: string },
): Promise<readonly bigint[]> {
  const found = await inside.read(runners, id);
  return found.flatMap((runner) => (seesInvites({ invitePolicy: invitePolicy as GroupPolicy }, runner) ? [runner.userId] : []));
}

/** Makes an invitation under a code that cannot be guessed. Throws as Joining.createInvite says. */
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
  // The same, however often the transaction runs.
  const name = { id: uuidBytes(newUuid()), code: newCode() };
  const lock = [groupId, viewer.userId];
  return appendSearching<Invite>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<Invite> | Relock> {
      const { row, wish } = await requireGroup(inside, { groupId, viewer });
      requireMay('MANAGE_INVITES', wish);
      requireLater(expiresAt, inside.now);
      const { good, spent } = await sortOut(inside, groupId);
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

/** How many of a group's invitations are good, and those that were used up or have expired. */
async function sortOut(inside: Inside, groupId: bigint): Promise<{ readonly good: number; readonly spent: readonly InviteRow[] }> {
  const standing = await inside.read(standingInvites, groupId);
  const spent = standing.filter((row) => !isGood(row, inside.now));
  return { good: standing.length - spent.length, spent };
}

/** Ends an invitation, whoever made it. Throws as Joining.revokeInvite says. */
export async function revokeInvite({ db, log }: Pick<GroupParts, 'db' | 'log'>, viewer: Viewer, id: string): Promise<void> {
  // Of which group it is never changes.
  const [known] = await readInvites(db.client, [id]);
  if (!known) throw noInvite();
  const groupId = known.conversationId;
  const lock = [groupId, viewer.userId];
  return appendSearching<void>(log, {
    lock,
    async decide(inside, holds): Promise<Verdict<void> | Relock> {
      const group = await requireGroup(inside, { groupId, viewer }).catch((error: unknown) => {
        throw error instanceof ChatError && error.code === 'NOT_FOUND' ? noInvite() : error;
      });
      // Who may not revoke it is not shown it either.
      if (judge('MANAGE_INVITES', group.wish) !== 'ALLOWED') throw noInvite();
      const row = await inside.read(inviteRow, id);
      if (row === null) throw noInvite();
      // To revoke what is good no more changes nothing.
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
