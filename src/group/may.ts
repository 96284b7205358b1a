import { ChatError } from '../errors.ts';
import type { GroupPolicy, Role } from './conversation.ts';
import { type Answer, type GroupAction, groupActions, type Permission, type PolicyField, permissions } from './permission.ts';

/** The properties of a group that decide who may act in it. */
export type GroupRules = Readonly<Record<PolicyField, string>> & {
  readonly mutedUntil: Date | null;
  readonly memberCount: number;
};

/** The properties of a member that decide what they may do. */
export interface MemberStatus {
  /** A Role. */
  readonly role: string;
  readonly mutedUntil: Date | null;
}

/** An act that a member wants to do. */
export interface PermissionRequest {
  readonly group: GroupRules;
  readonly access: MemberStatus;
  /** The database's clock. */
  readonly now: Date;
  /** The member to whom it is done, if it is done to a member. */
  readonly to?: Pick<MemberStatus, 'role'>;
}

// The largest Int of GraphQL, some 24 days. A client that comes back by then is told the rest.
const longestMs = 2 ** 31 - 1;

/** Looks up what the table of permissions says about an act: that it is allowed, or why not. */
export function answerTo(action: GroupAction, { group, access, now, to }: PermissionRequest): Answer {
  const rule: Permission = permissions[action];
  const role = access.role as Role;
  const policy = rule.policy === null ? 'EVERYONE' : (group[rule.policy] as GroupPolicy);
  const by = group.memberCount === 1 && rule.alone !== undefined ? rule.alone : rule.by[policy];
  if (by[role] !== 'ALLOWED') return by[role];
  const other = to === undefined ? 'ALLOWED' : (rule.to?.[role][to.role as Role] ?? 'ALLOWED');
  if (other !== 'ALLOWED') return other;
  return mutedUntil({ group, access, now }) === null ? 'ALLOWED' : (rule.whileMuted ?? 'ALLOWED');
}

/** Whether a member may act. Without `to`: whether there is any member to whom they may do it. */
export function isAllowed(action: GroupAction, wish: PermissionRequest): boolean {
  return answerTo(action, wish) === 'ALLOWED';
}

/** Returns until when a member is muted, alone or with everyone (which excludes the owner and the admins); null if they are not muted. */
export function mutedUntil({ group, access, now }: Omit<PermissionRequest, 'to'>): Date | null {
  const ends = [access.mutedUntil, access.role === 'MEMBER' ? group.mutedUntil : null].filter((end) => end !== null && end > now);
  return ends.reduce((last, end) => (last !== null && end !== null && last > end ? last : end), null);
}

/** Throws the refusal of the table of permissions, with this field. */
export function requireMay(action: GroupAction, wish: PermissionRequest, field?: readonly string[]): void {
  const refusal = refusalOf(action, wish, field);
  if (refusal !== null) throw refusal;
}

/** Returns the refusal of the table of permissions, with this field; null if the action is allowed. */
export function refusalOf(action: GroupAction, wish: PermissionRequest, field?: readonly string[]): ChatError | null {
  const answer = answerTo(action, wish);
  if (answer === 'ALLOWED') return null;
  const until = answer === 'MUTED' ? mutedUntil(wish) : null;
  return new ChatError(answer, answer === 'MUTED' ? 'You are muted in this group for now.' : permissions[action].says, {
    field,
    retryAfterMs: until === null ? undefined : msUntil(until, wish.now),
  });
}

/** The time until a moment in ms, capped at what an answer can express. */
export function msUntil(moment: Date, now: Date): number {
  return Math.min(moment.getTime() - now.getTime(), longestMs);
}

/** Everything that a member may do in a group, in the order of the table. */
export function allowedActions(wish: Omit<PermissionRequest, 'to'>): readonly GroupAction[] {
  return groupActions.filter((action) => isAllowed(action, wish));
}

/**
 * Everything that a member may do to another member or themselves, in the order of the table. Only actions that are done to a member are
 * included.
 */
export function allowedTo(wish: Omit<PermissionRequest, 'to'>, to: Pick<MemberStatus, 'role'>): readonly GroupAction[] {
  return groupActions.filter((action) => 'to' in permissions[action] && isAllowed(action, { ...wish, to }));
}
