import type { Role } from './conversation.ts';

/** Whom a group lets do something (schema: `enum GroupPolicy`). */
export type GroupPolicy = 'EVERYONE' | 'ADMINS' | 'OWNER';

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

/** Whether one role may remove another from a group. */
export function mayRemove(role: Role, other: Role): boolean {
  return removes[role].includes(other);
}
