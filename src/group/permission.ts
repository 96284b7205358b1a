import type { RefusalCode } from '../errors.ts';
import type { GroupPolicy, JoinPolicy, Role } from './conversation.ts';

/** Whether a member may act, or why not. */
export type Answer = 'ALLOWED' | RefusalCode;

/** An answer for each role. */
export type ByRole = Readonly<Record<Role, Answer>>;

/** The fields of a group that say who may act. */
export type PolicyField = 'postPolicy' | 'invitePolicy' | 'pinPolicy' | 'mentionPolicy';

/** The rule of one action: who may do it. */
export interface Permission {
  /** The field of the group that decides. null: none does, and `by` has the same answers for each value. */
  readonly policy: PolicyField | null;
  readonly by: Readonly<Record<GroupPolicy, ByRole>>;
  /** For actions that are done to another member: to which roles. Absent: the action is not done to a member. */
  readonly to?: Readonly<Record<Role, ByRole>>;
  /** The answer to members who are muted, alone or with everyone. Absent: muted members may act. */
  readonly whileMuted?: Answer;
  /** The answers for the only member of a group, if they differ. */
  readonly alone?: ByRole;
  /** The error message for members who may not act. */
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

/** By the role of the actor, then of the member to whom the action is done. */
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
 * The permissions in a group: who may do which action, by role and by the policy that the action depends on. Every mutation decides by this
 * table inside its transaction, the schema's `viewerMay` shows it, and docs/permissions.md is printed from it. Users who are not members
 * get NOT_FOUND for every action. `joining` says how they join.
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
  // A member who may create invites may also see and revoke the invites of others.
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
  // Admins can demote each other, so that a rogue admin can be stopped while the owner is away.
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

/** The name of an action in a group (schema: `enum GroupAction`). */
export type GroupAction = keyof typeof permissions;

/** Every action, in the order of the table. */
export const groupActions = Object.keys(permissions) as readonly GroupAction[];

/** What happens to a user who wants to join. */
export type JoinAnswer = 'JOINS' | 'ASKS' | RefusalCode;

/**
 * What happens to a user who wants to join, by the group's joinPolicy and by whether they give its id or the code of a valid invite. Banned
 * users are told that they are banned, unless the group is hidden from them.
 */
export const joining: Readonly<
  Record<JoinPolicy, Readonly<Record<'BY_ID' | 'BY_CODE', Readonly<Record<'STRANGER' | 'BANNED', JoinAnswer>>>>>
> = {
  OPEN: { BY_ID: { STRANGER: 'JOINS', BANNED: 'FORBIDDEN' }, BY_CODE: { STRANGER: 'JOINS', BANNED: 'FORBIDDEN' } },
  APPROVAL: { BY_ID: { STRANGER: 'ASKS', BANNED: 'FORBIDDEN' }, BY_CODE: { STRANGER: 'JOINS', BANNED: 'FORBIDDEN' } },
  INVITE_ONLY: { BY_ID: { STRANGER: 'NOT_FOUND', BANNED: 'NOT_FOUND' }, BY_CODE: { STRANGER: 'JOINS', BANNED: 'FORBIDDEN' } },
};
