import { ChatError } from '../errors.ts';
import type { GroupPolicy, Role } from './conversation.ts';
import { type Answer, type GroupAction, groupActions, type Permission, type PolicyField, permissions } from './permission.ts';

/** What of a group decides who may act in it. */
export type GroupRules = Readonly<Record<PolicyField, string>> & {
  readonly mutedUntil: Date | null;
  readonly memberCount: number;
};

/** What of a member decides what they may do. */
export interface Standing {
  /** A Role. */
  readonly role: string;
  readonly mutedUntil: Date | null;
}

/** A wish to act. */
export interface Wish {
  readonly group: GroupRules;
  readonly access: Standing;
  /** The database's clock. */
  readonly now: Date;
  /** Whom it is done to, where it is done to a member. */
  readonly to?: Pick<Standing, 'role'>;
}

// The greatest Int of GraphQL, some 24 days: who comes back by then is told the rest.
const longestMs = 2 ** 31 - 1;

/** What the table of permissions says to a member who wishes to act. Without `to`: whether there is anybody whom they may do it to. */
export function judge(action: GroupAction, { group, access, now, to }: Wish): Answer {
  const rule: Permission = permissions[action];
  const role = access.role as Role;
  const policy = rule.policy === null ? 'EVERYONE' : (group[rule.policy] as GroupPolicy);
  const by = group.memberCount === 1 && rule.alone !== undefined ? rule.alone : rule.by[policy];
  if (by[role] !== 'ALLOWED') return by[role];
  const other = to === undefined ? 'ALLOWED' : (rule.to?.[role][to.role as Role] ?? 'ALLOWED');
  if (other !== 'ALLOWED') return other;
  return mutedUntil({ group, access, now }) === null ? 'ALLOWED' : (rule.whileMuted ?? 'ALLOWED');
}

/** Until when a member is muted, by themselves or with everyone, which the owner and the admins are not; null: they are not. */
export function mutedUntil({ group, access, now }: Omit<Wish, 'to'>): Date | null {
  const ends = [access.mutedUntil, access.role === 'MEMBER' ? group.mutedUntil : null].filter((end) => end !== null && end > now);
  return ends.reduce((last, end) => (last !== null && end !== null && last > end ? last : end), null);
}

/** Throws what the table of permissions refuses, with this field. */
export function requireMay(action: GroupAction, wish: Wish, field?: readonly string[]): void {
  const answer = judge(action, wish);
  if (answer === 'ALLOWED') return;
  const until = answer === 'MUTED' ? mutedUntil(wish) : null;
  throw new ChatError(answer, answer === 'MUTED' ? 'You are muted in this group for now.' : permissions[action].says, {
    field,
    retryAfterMs: until === null ? undefined : msUntil(until, wish.now),
  });
}

/** How long it is until a moment, for who is to come back then; in ms, as far as an answer can tell. */
export function msUntil(moment: Date, now: Date): number {
  return Math.min(moment.getTime() - now.getTime(), longestMs);
}

/** All that a member may do in a group, in the table's order. */
export function allowedActions(wish: Omit<Wish, 'to'>): readonly GroupAction[] {
  return groupActions.filter((action) => judge(action, wish) === 'ALLOWED');
}

/** What a member may do to another, or to themselves, in the table's order: of those actions that are done to a member. */
export function allowedTo(wish: Omit<Wish, 'to'>, to: Pick<Standing, 'role'>): readonly GroupAction[] {
  return groupActions.filter((action) => 'to' in permissions[action] && judge(action, { ...wish, to }) === 'ALLOWED');
}
