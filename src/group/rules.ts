import type { GroupPolicy, Role } from './conversation.ts';

const allowed: Readonly<Record<GroupPolicy, readonly Role[]>> = {
  EVERYONE: ['OWNER', 'ADMIN', 'MEMBER'],
  ADMINS: ['OWNER', 'ADMIN'],
  OWNER: ['OWNER'],
};

const removes: Readonly<Record<Role, readonly Role[]>> = {
  OWNER: ['ADMIN', 'MEMBER'],
  ADMIN: ['MEMBER'],
  MEMBER: [],
};

/** Whether a policy lets a role act. */
export function permits(policy: GroupPolicy, role: Role): boolean {
  return allowed[policy].includes(role);
}

/** Whether a role may change what a group is called, looks like and lets its members do. */
export function maySettle(role: Role): boolean {
  return permits('ADMINS', role);
}

/** Whether one role may remove another from a group. */
export function mayRemove(role: Role, other: Role): boolean {
  return removes[role].includes(other);
}
