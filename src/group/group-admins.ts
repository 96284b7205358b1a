import { compareIds } from '../compare-ids.ts';
import { selectRows, sql, type Tx } from '../db/index.ts';
import type { Fact, Inside, NeedsLocks } from '../log/index.ts';
import type { Conversation, Membership, Role } from './conversation.ts';
import { type GroupAction, type Permission, permissions } from './permission.ts';

/** The owner or an admin of a group. */
export interface GroupAdmin {
  readonly userId: bigint;
  readonly role: Role;
}

/** The owner and the admins of a group, ordered by id. They change only under the lock of its stream. */
export const groupAdmins: Fact<bigint, readonly GroupAdmin[]> = {
  name: 'group admins',
  key: String,
  read: (tx, ids) => Promise.all(ids.map((id) => readAdmins(tx, id))),
};

/** Returns the users who may answer a group's join requests: the owner and the admins. */
export async function answerersOf(inside: Inside, conversationId: bigint): Promise<readonly bigint[]> {
  return (await inside.read(groupAdmins, conversationId)).map(({ userId }) => userId);
}

// A few of up to thousands of members have these roles. MariaDB, which estimates by averages, might read all members.
const index = 'Membership_conversationId_role_state_userId_idx';

async function readAdmins(tx: Tx, conversationId: bigint): Promise<readonly GroupAdmin[]> {
  const rows = await selectRows(
    tx,
    'Membership',
    sql`conversationId = ${conversationId} AND role IN ('OWNER', 'ADMIN') AND state = 'ACTIVE'`,
    { index },
  );
  return rows.map(({ userId, role }) => ({ userId, role: role as Role })).toSorted((one, other) => compareIds(one.userId, other.userId));
}

/** Returns the locks to request if an act writes to accounts that it does not hold; null if it holds them all. */
export function lockFor(
  accounts: readonly bigint[],
  { lock, holds }: { readonly lock: readonly bigint[]; readonly holds: (streamId: bigint) => boolean },
): NeedsLocks | null {
  return accounts.every(holds) ? null : { relock: [...new Set([...lock, ...accounts])] };
}

type Group = Pick<Conversation, 'invitePolicy'>;

// Neither action depends on mutes.
function allows(action: GroupAction, group: Group, { role }: Pick<GroupAdmin, 'role'>): boolean {
  const rule: Permission = permissions[action];
  return rule.by[rule.policy === null ? 'EVERYONE' : group.invitePolicy][role] === 'ALLOWED';
}

/** Whether a member may see and answer join requests. */
export function seesRequests(group: Group, member: Pick<Membership, 'role'>): boolean {
  return allows('ANSWER_JOIN_REQUESTS', group, member);
}

/** Whether a member may see and revoke a group's invites. */
export function seesInvites(group: Group, member: Pick<Membership, 'role'>): boolean {
  return allows('MANAGE_INVITES', group, member);
}
