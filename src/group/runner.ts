import { selectRows, sql, type Tx } from '../db/index.ts';
import type { Fact, Relock } from '../log/index.ts';
import type { Conversation, Membership, Role } from './conversation.ts';
import { type GroupAction, type Permission, permissions } from './permission.ts';

/** Who runs a group: its owner, or an admin. */
export interface Runner {
  readonly userId: bigint;
  readonly role: Role;
}

/** Those who run a group, by id. Governed by its stream. */
export const runners: Fact<bigint, readonly Runner[]> = {
  name: 'runners',
  key: String,
  read: (tx, ids) => Promise.all(ids.map((id) => readRunners(tx, id))),
};

// Of two thousand members a few run the group: MariaDB, which knows averages, may read them all.
const index = 'Membership_conversationId_role_state_userId_idx';

async function readRunners(tx: Tx, conversationId: bigint): Promise<readonly Runner[]> {
  const rows = await selectRows(
    tx,
    'Membership',
    sql`conversationId = ${conversationId} AND role IN ('OWNER', 'ADMIN') AND state = 'ACTIVE'`,
    { index },
  );
  return rows.map(({ userId, role }) => ({ userId, role: role as Role })).toSorted((one, other) => (one.userId < other.userId ? -1 : 1));
}

/** What an act must lock that is told to these accounts, where it does not hold them yet; null: it holds them all. */
export function lockFor(
  accounts: readonly bigint[],
  { lock, holds }: { readonly lock: readonly bigint[]; readonly holds: (streamId: bigint) => boolean },
): Relock | null {
  return accounts.every(holds) ? null : { relock: [...new Set([...lock, ...accounts])] };
}

type Group = Pick<Conversation, 'invitePolicy'>;

// Neither depends on who is muted.
function allows(action: GroupAction, group: Group, { role }: Pick<Runner, 'role'>): boolean {
  const rule: Permission = permissions[action];
  return rule.by[rule.policy === null ? 'EVERYONE' : group.invitePolicy][role] === 'ALLOWED';
}

/** Whether a member sees and answers who wishes to join. */
export function seesRequests(group: Group, member: Pick<Membership, 'role'>): boolean {
  return allows('ANSWER_JOIN_REQUESTS', group, member);
}

/** Whether a member sees and revokes a group's invitations. */
export function seesInvites(group: Group, member: Pick<Membership, 'role'>): boolean {
  return allows('MANAGE_INVITES', group, member);
}
