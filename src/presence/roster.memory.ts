import { type Connection, leaseOf, type Roster, type UserConnections } from './roster.ts';

/** Creates a roster in this process, for a single node. */
export function createMemoryRoster(): Roster {
  const users = new Map<bigint, Map<string, Connection>>();
  // One counter for all users, so that it keeps rising after a user's last connection is removed.
  let rev = 0;

  function attendance(userId: bigint): UserConnections {
    const connections = [...(users.get(userId)?.values() ?? [])];
    return { userId, rev: connections.length === 0 ? 0 : rev, connections };
  }

  return {
    async put(connection) {
      rev += 1;
      const own = users.get(connection.userId) ?? new Map<string, Connection>();
      users.set(connection.userId, own);
      const before = own.get(connection.id) ?? null;
      own.set(connection.id, connection);
      return { before, after: { ...attendance(connection.userId), rev } };
    },
    async remove({ id, userId }) {
      rev += 1;
      const own = users.get(userId);
      const before = own?.get(id) ?? null;
      own?.delete(id);
      if (own?.size === 0) users.delete(userId);
      return { before, after: { ...attendance(userId), rev } };
    },
    of: async (userIds) => userIds.map(attendance),
    async *heldBy({ nodeId, epoch }) {
      const all = [...users.values()].flatMap((own) => [...own.values()]);
      yield all.filter(({ id }) => leaseOf(id).nodeId === nodeId && leaseOf(id).epoch === epoch);
    },
    async [Symbol.asyncDispose]() {
      users.clear();
    },
  };
}
