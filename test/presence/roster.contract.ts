import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Lease } from '../../src/cluster/index.ts';
import { type Connection, type ConnectionRef, connectionId, type Roster } from '../../src/presence/roster.ts';

const lease = { nodeId: 'n1', epoch: 1 };

/** Returns a connection of a lease. */
export function connection(userId: bigint, count: number, more: Partial<Connection> = {}): Connection {
  const since = new Date('2026-01-02T03:04:05.006Z');
  return {
    ...{ id: connectionId(lease, count), userId, sessionId: randomUUID(), deviceKind: 'WEB', since, idle: false, leaving: false },
    ...more,
  };
}

/** Returns all that a lease holds. */
export async function heldBy(roster: Roster, of: Lease): Promise<readonly ConnectionRef[]> {
  return (await Array.fromAsync(roster.heldBy(of))).flat();
}

/** The contract of a roster, in any store. */
export function describeRoster(name: string, open: () => Promise<Roster>): void {
  describe(name, () => {
    test('returns what was stored last, until it is removed', async () => {
      await using roster = await open();
      const one = connection(1n, 1);
      expect(await roster.put(one)).toMatchObject({ before: null, after: { userId: 1n, connections: [one] } });
      const changed = { ...one, idle: true, leaving: true };
      expect(await roster.put(changed)).toMatchObject({ before: one, after: { connections: [changed] } });
      const other = connection(1n, 2, { deviceKind: 'MOBILE' });
      await roster.put(other);
      const [of] = await roster.of([1n]);
      expect(of?.connections).toHaveLength(2);
      expect(of?.connections).toEqual(expect.arrayContaining([changed, other]));
      expect(await roster.remove(one)).toMatchObject({ before: changed, after: { connections: [other] } });
      expect(await roster.remove(other)).toMatchObject({ before: other, after: { connections: [] } });
      expect(await roster.remove(other)).toMatchObject({ before: null, after: { connections: [] } });
    });

    test('increases the revision with each change, even after the last connection is removed', async () => {
      await using roster = await open();
      const revs: number[] = [];
      for (let n = 1; n <= 3; n += 1) {
        revs.push((await roster.put(connection(1n, n))).after.rev);
        const [read] = await roster.of([1n]);
        expect(read?.rev).toBe(revs.at(-1));
        revs.push((await roster.remove(connection(1n, n))).after.rev);
      }
      expect(revs).toEqual([...new Set(revs)].sort((one, other) => one - other));
      expect((await roster.of([1n]))[0]).toEqual({ userId: 1n, rev: 0, connections: [] });
    });

    test('returns several users in the requested order', async () => {
      await using roster = await open();
      await roster.put(connection(2n, 1));
      const found = await roster.of([3n, 2n, 1n, 2n]);
      expect(found.map(({ userId, connections }) => [userId, connections.length])).toEqual([
        [3n, 0],
        [2n, 1],
        [1n, 0],
        [2n, 1],
      ]);
    });

    test('lists all that a lease holds, also while it is removed, and nothing of other leases', async () => {
      await using roster = await open();
      const other = { nodeId: 'n1', epoch: 2 };
      for (let n = 1; n <= 1_200; n += 1) await roster.put(connection(BigInt(n), n));
      await roster.put(connection(1n, 1, { id: connectionId(other, 1) }));
      const seen = new Set<string>();
      for await (const held of roster.heldBy(lease)) {
        for (const ref of held) {
          seen.add(ref.id);
          await roster.remove(ref);
        }
      }
      expect(seen.size).toBe(1_200);
      expect(await heldBy(roster, lease)).toEqual([]);
      expect(await heldBy(roster, other)).toEqual([expect.objectContaining({ id: connectionId(other, 1), userId: 1n })]);
      expect((await roster.of([1n]))[0]?.connections).toHaveLength(1);
    });

    test('applies all concurrent changes, one after the other', async () => {
      await using roster = await open();
      const all = Array.from({ length: 50 }, (_, n) => connection(1n, n));
      const revs = (await Promise.all(all.map((one) => roster.put(one)))).map(({ after }) => after.rev);
      expect(new Set(revs).size).toBe(50);
      expect((await roster.of([1n]))[0]?.connections).toHaveLength(50);
    });
  });
}
