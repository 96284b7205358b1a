import { botsAmong, byKey, countGroups, join, selectRows, sql, type Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import type { MembershipRef } from './conversation.ts';
import { type ConversationRow, type MembershipRow, readConversationRows, readMemberships, refKey } from './store.ts';

/** A conversation's row. It changes only under the lock of the conversation's stream. */
export const conversationRow: Fact<bigint, ConversationRow | null> = { name: 'conversation', key: String, read: readConversationRows };

/** A membership's row, in any state. Except for the markers, it changes only under the lock of the conversation's stream. */
export const membershipRow: Fact<MembershipRef, MembershipRow | null> = { name: 'membership', key: refKey, read: readMemberships };

/**
 * The memberships of a direct conversation: two, or one in a conversation with oneself. Except for the markers, they change only under the
 * lock of the conversation's stream.
 */
export const sideRows: Fact<bigint, readonly MembershipRow[]> = { name: 'sides', key: String, read: readSides };

/** The direct conversation under a key (`directKey`). It changes only under the locks of both users' account streams. */
export const directUnder: Fact<string, bigint | null> = { name: 'direct', key: String, read: readDirects };

/** A group's creator, and the id that their client chose for it. */
export interface MadeRef {
  readonly createdById: bigint;
  readonly clientGroupId: string;
}

/** The group that a user created under a clientGroupId. It changes only under the lock of the creator's account stream. */
export const groupUnder: Fact<MadeRef, bigint | null> = {
  name: 'group by client id',
  key: ({ createdById, clientGroupId }) => `${createdById}:${clientGroupId}`,
  read: readGroups,
};

/** Whether a user exists and is active. It changes only under the lock of the user's account stream. */
export const userExists: Fact<bigint, boolean> = { name: 'user', key: String, read: readUsers };

/**
 * The number of groups that a user is a member of, as limited by config MAX_GROUPS_PER_USER. 0 for a bot. It rises only under the lock of
 * the user's account stream, which every joining takes.
 */
export const groupCount: Fact<bigint, number> = {
  name: 'group count',
  key: String,
  async read(tx, userIds) {
    const bots = await botsAmong(tx, userIds);
    const people = userIds.filter((id) => !bots.has(id));
    const counts = new Map((await countGroups(tx, people)).map((count, place) => [people[place], count]));
    return userIds.map((id) => counts.get(id) ?? 0);
  },
};

/** The number of admins of a group. It changes only under the lock of the group's stream. */
export const adminCount: Fact<bigint, number> = {
  name: 'admin count',
  key: String,
  read: (tx, ids) =>
    Promise.all(ids.map((conversationId) => tx.membership.count({ where: { conversationId, state: 'ACTIVE', role: 'ADMIN' } }))),
};

async function readSides(tx: Tx, ids: readonly bigint[]): Promise<readonly (readonly MembershipRow[])[]> {
  const rows = await selectRows(tx, 'Membership', sql`conversationId IN (${join([...ids])})`, byKey);
  const found = Map.groupBy(rows, ({ conversationId }) => conversationId);
  return ids.map((id) => found.get(id) ?? []);
}

async function readDirects(tx: Tx, keys: readonly string[]): Promise<readonly (bigint | null)[]> {
  const rows = await tx.conversation.findMany({ where: { directKey: { in: [...keys] } }, select: { id: true, directKey: true } });
  const found = new Map(rows.map(({ id, directKey }) => [directKey, id]));
  return keys.map((key) => found.get(key) ?? null);
}

async function readGroups(tx: Tx, names: readonly MadeRef[]): Promise<readonly (bigint | null)[]> {
  const OR = names.map(({ createdById, clientGroupId }) => ({ createdById, clientGroupId }));
  const rows = await tx.conversation.findMany({ where: { OR }, select: { id: true, createdById: true, clientGroupId: true } });
  return names.map(
    (name) => rows.find((row) => row.createdById === name.createdById && row.clientGroupId === name.clientGroupId)?.id ?? null,
  );
}

async function readUsers(tx: Tx, ids: readonly bigint[]): Promise<readonly boolean[]> {
  const rows = await tx.user.findMany({ where: { id: { in: [...ids] }, state: 'ACTIVE' }, select: { id: true } });
  const found = new Set(rows.map(({ id }) => id));
  return ids.map((id) => found.has(id));
}
