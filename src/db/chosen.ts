import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** How a user wishes to be seen. */
export interface ChosenColumns {
  readonly userId: bigint;
  readonly choice: string;
  readonly statusText: string | null;
  readonly statusUntil: Date | null;
  readonly lastSeenAt: Date | null;
  readonly hidesLastSeen: boolean;
}

/** How users wish to be seen, in no order; absent: they have an account no more, or never had. */
export async function selectChosen(tx: Tx, userIds: readonly bigint[]): Promise<readonly ChosenColumns[]> {
  const [users, presences] = await Promise.all([
    inPieces(userIds, (piece) =>
      tx.$queryRaw<{ id: bigint | number; hides: number | boolean }[]>(
        sql`SELECT id, hidesLastSeen AS hides FROM User WHERE id IN (${join([...piece])})`,
      ),
    ),
    inPieces(userIds, (piece) => tx.presence.findMany({ where: { userId: { in: [...piece] } } })),
  ]);
  const found = new Map(presences.map((row) => [row.userId, row]));
  return users.map(({ id, hides }) => {
    const { choice = 'ONLINE', statusText = null, statusUntil = null, lastSeenAt = null } = found.get(BigInt(id)) ?? {};
    return { userId: BigInt(id), choice, statusText, statusUntil, lastSeenAt, hidesLastSeen: Boolean(hides) };
  });
}
