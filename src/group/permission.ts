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
  POST: { policy: 'postPolicy', by: byPolicy, whileMuted: 'MUTED', says: 'You are not allowed to write in this group.' },
  MENTION_EVERYONE: { policy: 'mentionPolicy', by: byPolicy, says: 'You are not allowed to mention everyone in this group.' },
  PIN_MESSAGES: {
    policy: 'pinPolicy',
    by: byPolicy,
    says: 'You are not allowed to pin messages in this group. Ask its owner or an admin.',
  },
  RECALL_MESSAGES: {
    policy: null,
    by: always(admins),
    says: 'Only the sender, or the owner or an admin of the group, can recall this message.',
  },
  CLOSE_POLLS: {
    policy: null,
    by: always(admins),
    says: 'Only the poll’s sender, or the owner or an admin of the group, can close the poll.',
  },
  SEE_EDITS: {
    policy: null,
    by: always(admins),
    says: 'Only the sender, or the owner or an admin of the group, can see earlier versions of this message.',
  },
  ADD_MEMBERS: {
    ...{ policy: 'invitePolicy', by: byPolicy },
    says: 'You are not allowed to add members to this group. Ask its owner or an admin.',
  },
  // Whoever makes a link also sees and revokes the others' links.
  MANAGE_INVITES: {
    ...{ policy: 'invitePolicy', by: { EVERYONE: admins, ADMINS: admins, OWNER: owner } },
    says: 'You are not allowed to manage invites of this group. Ask its owner or an admin.',
  },
  ANSWER_JOIN_REQUESTS: { policy: null, by: always(admins), says: 'Only the owner and admins can answer join requests.' },
  REMOVE_MEMBERS: {
    ...{ policy: null, by: always(admins), to: below },
    says: 'You are not allowed to remove this member. The owner can remove anyone, admins can remove members.',
  },
  BAN_MEMBERS: {
    ...{ policy: null, by: always(admins), to: below },
    says: 'You are not allowed to ban this member. The owner can ban anyone, admins can ban members.',
  },
  MUTE_MEMBERS: {
    ...{ policy: null, by: always(admins), to: below },
    says: 'You are not allowed to mute this member. The owner can mute anyone, admins can mute members.',
  },
  // An admin who goes astray is stopped by another: the owner may be asleep.
  SET_ROLES: {
    ...{ policy: null, by: always(admins), to: belowOrBeside },
    says: 'You are not allowed to change this member’s role. The owner and admins can change roles, but not the owner’s.',
  },
  UPDATE_GROUP: { policy: null, by: always(admins), says: 'You are not allowed to change this group. Ask its owner or an admin.' },
  TRANSFER_OWNERSHIP: {
    ...{ policy: null, by: always(owner), to: belowOrBeside },
    says: 'Only the owner can transfer ownership of the group.',
  },
  DISSOLVE_GROUP: { policy: null, by: always(owner), says: 'Only the owner can dissolve the group.' },
  LEAVE_GROUP: {
    ...{ policy: null, by: always({ ...everyone, OWNER: 'OWNER_MUST_TRANSFER' }), alone: everyone },
    says: 'You own this group. Transfer ownership before you leave.',
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
