import type { Db, Tx } from './db.ts';
import { join, sql } from './sql.ts';

/** How far a member has a conversation, and has read it: 0 <= readSeq <= deliveredSeq. */
export interface MarkerRaise {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

// SQLite takes 500 SELECTs of a UNION.
const rowsAtOnce = 400;

/** Raises the markers of active members with one statement; what is higher already stays. */
export async function raiseMarkers({ dialect }: Pick<Db, 'dialect'>, tx: Tx, raises: readonly MarkerRaise[]): Promise<void> {
  const members = highest(raises);
  for (let from = 0; from < members.length; from += rowsAtOnce) {
    const rows = members
      .slice(from, from + rowsAtOnce)
      .map(
        ({ conversationId, userId, deliveredSeq, readSeq }) =>
          sql`SELECT ${conversationId} AS conversationId, ${userId} AS userId, ${deliveredSeq} AS deliveredSeq, ${readSeq} AS readSeq`,
      );
    const to = join(rows, ' UNION ALL ');
    await tx.$executeRaw(
      dialect === 'sqlite'
        ? sql`UPDATE Membership SET deliveredSeq = MAX(Membership.deliveredSeq, v.deliveredSeq), readSeq = MAX(Membership.readSeq, v.readSeq)
            FROM (${to}) AS v
            WHERE Membership.conversationId = v.conversationId AND Membership.userId = v.userId AND Membership.state = 'ACTIVE'`
        : sql`UPDATE (${to}) AS v STRAIGHT_JOIN Membership m ON m.conversationId = v.conversationId AND m.userId = v.userId AND m.state = 'ACTIVE'
            SET m.deliveredSeq = GREATEST(m.deliveredSeq, v.deliveredSeq), m.readSeq = GREATEST(m.readSeq, v.readSeq)`,
    );
  }
}

// A member who is named twice would be raised to one of the two, and nobody says to which.
function highest(raises: readonly MarkerRaise[]): readonly MarkerRaise[] {
  const members = new Map<string, MarkerRaise>();
  for (const raise of raises) {
    const key = `${raise.conversationId}:${raise.userId}`;
    const { deliveredSeq, readSeq } = members.get(key) ?? raise;
    members.set(key, {
      ...raise,
      deliveredSeq: Math.max(deliveredSeq, raise.deliveredSeq),
      readSeq: Math.max(readSeq, raise.readSeq),
    });
  }
  // Whoever else raises them takes them in the same order: nobody waits for somebody who waits for them.
  return [...members.values()].sort((one, other) => order(one.conversationId, other.conversationId) || order(one.userId, other.userId));
}

function order(one: bigint, other: bigint): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
