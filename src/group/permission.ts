import type { RefusalCode } from '../errors.ts';
import type { GroupPolicy, JoinPolicy, Role } from './conversation.ts';

/** What a group answers to somebody who wishes to act: that they may, or why not. */
export type Answer = 'ALLOWED' | RefusalCode;

/** An answer for each role. */
export type ByRole = Readonly<Record<Role, Answer>>;

/** The settings of a group that say whom it lets act. */
export type PolicyField = 'postPolicy' | 'invitePolicy' | 'pinPolicy' | 'mentionPolicy';

/** What one action asks of who does it. */
export interface Permission {
  /** The setting that it depends on; null: it does not depend on any, and `by` says the same for each value. */
  readonly policy: PolicyField | null;
  readonly by: Readonly<Record<GroupPolicy, ByRole>>;
  /** What is done to another member: to whom. Absent: it is done to nobody. */
  readonly to?: Readonly<Record<Role, ByRole>>;
  /** The answer to somebody who is muted, or in a group where everyone is. Absent: that is no hindrance. */
  readonly whileMuted?: Answer;
  /** The answers while nobody else is in the group, where they differ. */
  readonly alone?: ByRole;
  /** What a person is told who may not. */
  readonly says: string;
}

const everyone: ByRole = { OWNER: 'ALLOWED', ADMIN: 'ALLOWED', MEMBER: 'ALLOWED' };
const admins: ByRole = { OWNER: 'ALLOWED', ADMIN: 'ALLOWED', MEMBER: 'FORBIDDEN' };
const owner: ByRole = { OWNER: 'ALLOWED', ADMIN: 'FORBIDDEN', MEMBER: 'FORBIDDEN' };
const nobody: ByRole = { OWNER: 'FORBIDDEN', ADMIN: 'FORBIDDEN', MEMBER: 'FORBIDDEN' };

const byPolicy = { EVERYONE: everyone, ADMINS: admins, OWNER: owner } as const;

function always(by: ByRole): Permission['by'] {
  return { EVERYONE: by, ADMINS: by, OWNER: by };
}

/** To whom an action is done: by the role of who does it, then of whom it is done to. */
const below: Permission['to'] = {
  OWNER: { OWNER: 'FORBIDDEN', ADMIN: 'ALLOWED', MEMBER: 'ALLOWED' },
  ADMIN: { OWNER: 'FORBIDDEN', ADMIN: 'FORBIDDEN', MEMBER: 'ALLOWED' },
  MEMBER: nobody,
};
const belowOrBeside: Permission['to'] = {
  OWNER: { OWNER: 'FORBIDDEN', ADMIN: 'ALLOWED', MEMBER: 'ALLOWED' },
  ADMIN: { OWNER: 'FORBIDDEN', ADMIN: 'ALLOWED', MEMBER: 'ALLOWED' },
  MEMBER: nobody,
};

/**
 * Who may do what in a group: each action by role and by the setting that it depends on. Every mutation decides by it inside its transaction, the schema's
 * `viewerMay` shows what it comes to, and docs/permissions.md is printed from it. Whoever is not in the group gets NOT_FOUND for all of it; how one comes in is
 * said by `joining`.
 */
export const permissions = {
  POST: { policy: 'postPolicy', by: byPolicy, whileMuted: 'MUTED', says: 'In this group you may not write.' },
  MENTION_EVERYONE: { policy: 'mentionPolicy', by: byPolicy, says: 'In this group you may not mention everyone.' },
  PIN_MESSAGES: { policy: 'pinPolicy', by: byPolicy, says: 'In this group you may not pin messages. Ask its owner or an admin.' },
  RECALL_MESSAGES: { policy: null, by: always(admins), says: 'Only who said it can take it back, or who runs the group.' },
  CLOSE_POLLS: { policy: null, by: always(admins), says: 'Only who asked can close the poll, or who runs the group.' },
  SEE_EDITS: { policy: null, by: always(admins), says: 'Only who said it sees what it said before, or who runs the group.' },
  ADD_MEMBERS: {
    ...{ policy: 'invitePolicy', by: byPolicy },
    says: 'You may not add members to this group. Ask its owner or an admin.',
  },
  // Whoever makes a link also sees and revokes the others' links.
  MANAGE_INVITES: {
    ...{ policy: 'invitePolicy', by: { EVERYONE: admins, ADMINS: admins, OWNER: owner } },
    says: 'You may not invite people to this group by a link. Ask its owner or an admin.',
  },
  ANSWER_JOIN_REQUESTS: { policy: null, by: always(admins), says: 'The owner and the admins answer who wishes to join.' },
  REMOVE_MEMBERS: {
    ...{ policy: null, by: always(admins), to: below },
    says: 'You may not remove this member. The owner removes anybody, admins remove members.',
  },
  BAN_MEMBERS: {
    ...{ policy: null, by: always(admins), to: below },
    says: 'You may not ban this member. The owner bans anybody, admins ban members.',
  },
  MUTE_MEMBERS: {
    ...{ policy: null, by: always(admins), to: below },
    says: 'You may not mute this member. The owner mutes anybody, admins mute members.',
  },
  // An admin who goes astray is stopped by another: the owner may be asleep.
  SET_ROLES: {
    ...{ policy: null, by: always(admins), to: belowOrBeside },
    says: 'You may not change what this member may do. The owner and the admins do, and nobody changes the owner.',
  },
  UPDATE_GROUP: { policy: null, by: always(admins), says: 'You may not change this group. Ask its owner or an admin.' },
  TRANSFER_OWNERSHIP: {
    ...{ policy: null, by: always(owner), to: belowOrBeside },
    says: 'Only the owner can hand the group over.',
  },
  DISSOLVE_GROUP: { policy: null, by: always(owner), says: 'Only the owner can dissolve the group.' },
  LEAVE_GROUP: {
    ...{ policy: null, by: always({ ...everyone, OWNER: 'OWNER_MUST_TRANSFER' }), alone: everyone },
    says: 'You own this group: make somebody else its owner, then leave.',
  },
} as const satisfies Readonly<Record<string, Permission>>;

/** Names what may be done in a group (schema: `enum GroupAction`). */
export type GroupAction = keyof typeof permissions;

/** Every action there is. */
export const groupActions = Object.keys(permissions) as readonly GroupAction[];

/** What becomes of somebody who wishes to join. */
export type Joining = 'JOINS' | 'ASKS' | RefusalCode;

/**
 * What becomes of somebody outside who wishes to join: by the group's policy, and by whether they name the group or come with an invitation that is good. Who was
 * banned is told so where the group is no secret to them.
 */
export const joining: Readonly<
  Record<JoinPolicy, Readonly<Record<'BY_ID' | 'BY_CODE', Readonly<Record<'STRANGER' | 'BANNED', Joining>>>>>
> = {
  OPEN: { BY_ID: { STRANGER: 'JOINS', BANNED: 'FORBIDDEN' }, BY_CODE: { STRANGER: 'JOINS', BANNED: 'FORBIDDEN' } },
  APPROVAL: { BY_ID: { STRANGER: 'ASKS', BANNED: 'FORBIDDEN' }, BY_CODE: { STRANGER: 'JOINS', BANNED: 'FORBIDDEN' } },
  INVITE_ONLY: { BY_ID: { STRANGER: 'NOT_FOUND', BANNED: 'NOT_FOUND' }, BY_CODE: { STRANGER: 'JOINS', BANNED: 'FORBIDDEN' } },
};
