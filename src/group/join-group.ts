import { ChatError } from '../errors.ts';
import { appendDiscoveringLocks, type Inside, type NeedsLocks, type Verdict } from '../log/index.ts';
import { accountGone, type Viewer } from '../user/index.ts';
import { allowAll, putFlag, requireAllowedText } from '../words/index.ts';
import { admit } from './admission.ts';
import { ask } from './ask.ts';
import type { JoinPolicy, MembershipRef } from './conversation.ts';
import { conversationRow, groupCount, membershipRow, userExists } from './facts.ts';
import { lockFor } from './group-admins.ts';
import { inviters } from './invite.ts';
import { invitesChanged } from './invite-entries.ts';
import { type InviteRow, inviteByCode, isCode, isGood, readInvitesByCode, takeUse } from './invite-store.ts';
import { isWaiting, joinRequestOf, joinRequestRow } from './join-request-store.ts';
import type { GroupName, Joining, JoinRequest } from './joining.ts';
import type { OpenGroup } from './open-group.ts';
import type { JoiningParts } from './parts.ts';
import { joining } from './permission.ts';
import { groupFull, noGroup, tooManyGroups } from './refusal.ts';
import { requireNote } from './shape.ts';
import { isActive, type MembershipRow } from './store.ts';

/** The id of the group that the viewer has joined or was in already, or their pending request. */
export type Joined = { readonly groupId: bigint } | { readonly request: JoinRequest };

/** The group that was named. If it was named by a code, the invite may have ended since. */
interface Named {
  readonly groupId: bigint;
  readonly code: string | null;
  readonly field: 'groupId' | 'code';
}

/** Joins a group, or requests to join it. Throws as Joining.join does. */
export async function joinGroup(parts: JoiningParts, viewer: Viewer, options: Parameters<Joining['join']>[1]): Promise<Joined> {
  const note = requireNote(options.note);
  const { screen = allowAll } = parts;
  const looked = note === null ? null : screen.checkText(note, 'note');
  const named = await findNamed(parts, options);
  const { groupId } = named;
  const { userId } = viewer;
  const lock = [groupId, userId];
  return appendDiscoveringLocks<Joined>(parts.log, {
    lock,
    async decide(inside, holds): Promise<Verdict<Joined> | NeedsLocks> {
      const group = await groupNamed(inside, named);
      const earlier = await inside.read(membershipRow, { conversationId: groupId, userId });
      // Before the invite is checked: a member who used its last use may repeat the request after a lost answer.
      if (isActive(earlier)) return { result: () => ({ groupId }) };
      // The memberships and requests of an erased account are ended by a job, which may be done by now.
      if (!(await inside.read(userExists, userId))) throw accountGone();
      const invite = await inviteNamed(inside, named);
      const outcome = joining[group.row.joinPolicy as JoinPolicy][named.code === null ? 'BY_ID' : 'BY_CODE'][standing(earlier)];
      if (outcome === 'JOINS') return comeIn(inside, { parts, viewer, group, earlier, invite, field: named.field, lock, holds });
      if (outcome === 'ASKS') {
        const said = looked === null ? [] : [requireAllowedText(looked)];
        const wish = { conversationId: groupId, userId, note: looked?.text ?? null };
        const asked = await ask(inside, { ...wish, limit: parts.config.maxJoinRequests, lock, holds });
        if ('relock' in asked) return asked;
        const { write, result, ...verdict } = asked;
        return {
          ...verdict,
          async write(tx, placed) {
            await write?.(tx, placed);
            if (write !== undefined) await putFlag(tx, { target: { kind: 'USER', userId }, said, at: placed.at });
          },
          result: (placed) => ({ request: result(placed) }),
        };
      }
      if (outcome === 'NOT_FOUND') return findRequest(inside, { conversationId: groupId, userId }, named.field);
      throw new ChatError(outcome, 'You are banned from this group.', { field: [named.field] });
    },
  });
}

/** A request stays pending when its group becomes INVITE_ONLY, and the requester sees it in their list. */
async function findRequest(inside: Inside, ref: MembershipRef, field: string): Promise<Verdict<Joined>> {
  const request = await inside.read(joinRequestRow, ref);
  if (!isWaiting(request)) throw noGroup(field);
  return { result: () => ({ request: joinRequestOf(request) }) };
}

/** The standing of a user who is not a member. */
export function standing(earlier: MembershipRow | null): 'STRANGER' | 'BANNED' {
  return earlier?.state === 'BANNED' ? 'BANNED' : 'STRANGER';
}

/** Throws INVALID_INPUT unless exactly one of id and code is given. `field`: the name of the id in the input. */
export function requireOne({ groupId, code }: GroupName, field: string): void {
  if ((groupId ?? null) === null ? (code ?? null) !== null : (code ?? null) === null) return;
  throw new ChatError('INVALID_INPUT', `Provide exactly one of ${field} and code.`, { field: [field] });
}

async function findNamed({ db }: Pick<JoiningParts, 'db'>, name: GroupName): Promise<Named> {
  requireOne(name, 'groupId');
  const { groupId, code } = name;
  if (typeof code !== 'string') return { groupId: groupId ?? 0n, code: null, field: 'groupId' };
  const [invite] = isCode(code) ? await readInvitesByCode(db.client, [code]) : [];
  if (!invite) throw noGroup('code');
  return { groupId: invite.conversationId, code, field: 'code' };
}

async function groupNamed(inside: Inside, { groupId, field }: Named): Promise<Pick<OpenGroup, 'row' | 'lastSeq'>> {
  const head = inside.head(groupId);
  const row = head?.kind === 'GROUP' ? await inside.read(conversationRow, groupId) : null;
  if (head === null || row === null || row.dissolvedAt !== null) throw noGroup(field);
  return { row, lastSeq: head.lastSeq };
}

async function inviteNamed(inside: Inside, { code }: Named): Promise<InviteRow | null> {
  if (code === null) return null;
  const invite = await inside.read(inviteByCode, code);
  if (invite === null || !isGood(invite, inside.now)) throw noGroup('code');
  return invite;
}

interface Coming {
  readonly parts: JoiningParts;
  readonly viewer: Viewer;
  readonly group: Pick<OpenGroup, 'row' | 'lastSeq'>;
  readonly earlier: MembershipRow | null;
  readonly invite: InviteRow | null;
  readonly field: string;
  readonly lock: readonly bigint[];
  readonly holds: (streamId: bigint) => boolean;
}

async function comeIn(inside: Inside, coming: Coming): Promise<Verdict<Joined> | NeedsLocks> {
  const { viewer, group, earlier, invite, lock, holds } = coming;
  const { userId } = viewer;
  const groupId = group.row.id;
  await requireRoom(inside, coming);
  // If a limited invite is used, the users who may see the remaining uses are told.
  const told = invite?.usesLeft == null ? [] : await inviters(inside, group.row);
  const admission = await admit(inside, { group, joiners: [{ userId, earlier }], actorId: userId, lock, holds });
  const relock = lockFor(told, { lock: 'relock' in admission ? admission.relock : lock, holds });
  if (relock !== null) return relock;
  if ('relock' in admission) return admission;
  return {
    entries: () => [...admission.entries, ...invitesChanged(groupId, userId, told)],
    async write(tx, { at }) {
      await admission.write(tx, at);
      if (invite !== null) await takeUse(tx, invite, at);
    },
    result: () => ({ groupId }),
  };
}

async function requireRoom(inside: Inside, { parts: { config }, viewer, group, field }: Coming): Promise<void> {
  if (group.row.memberCount >= config.maxGroupMembers) throw groupFull(config.maxGroupMembers, field);
  if ((await inside.read(groupCount, viewer.userId)) >= config.maxGroupsPerUser) throw tooManyGroups(config.maxGroupsPerUser);
}
