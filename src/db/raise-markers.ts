import type { Db, Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { join, sql } from './sql.ts';

/** How far a member has a conversation, and has read it: 0 <= readSeq <= deliveredSeq. */
export interface MarkerRaise {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  /** A marker that has not got so far by then stays where it is; 0: none does. */
  readonly onlyFrom: number;
}

// SQLite takes 500 SELECTs of a UNION.
const rowsAtOnce = 400;

/**
 * Raises the markers of active members with one statement; what is higher already stays. Holds their rows until the transaction ends: whatever
 * is read after it, nobody else raises them meanwhile.
 */
export async function raiseMarkers({ dialect }: Pick<Db, 'dialect'>, tx: Tx, raises: readonly MarkerRaise[]): Promise<void> {
  const members = joinRaises(raises);
  for (let from = 0; from < members.length; from += rowsAtOnce) {
    const to = raiseRows(members.slice(from, from + rowsAtOnce));
    await tx.$executeRaw(
      dialect === 'sqlite'
        ? sql`UPDATE Membership SET
              deliveredSeq = CASE WHEN Membership.deliveredSeq < v.onlyFrom THEN Membership.deliveredSeq ELSE MAX(Membership.deliveredSeq, v.deliveredSeq) END,
              readSeq = CASE WHEN Membership.readSeq < v.onlyFrom THEN Membership.readSeq ELSE MAX(Membership.readSeq, v.readSeq) END
            FROM (${to}) AS v
            WHERE Membership.conversationId = v.conversationId AND Membership.userId = v.userId AND Membership.state = 'ACTIVE'`
        : sql`UPDATE (${to}) AS r STRAIGHT_JOIN Membership m ON m.conversationId = r.conversationId AND m.userId = r.userId AND m.state = 'ACTIVE'
            SET ${raised}`,
    );
  }
}

/** The markers of `m` as the raises `r` have them, in the words of MySQL. */
export const raised = sql`m.deliveredSeq = CASE WHEN m.deliveredSeq < r.onlyFrom THEN m.deliveredSeq ELSE GREATEST(m.deliveredSeq, r.deliveredSeq) END,
  m.readSeq = CASE WHEN m.readSeq < r.onlyFrom THEN m.readSeq ELSE GREATEST(m.readSeq, r.readSeq) END`;

/** Raises as rows. */
export function raiseRows(raises: readonly MarkerRaise[]): Prisma.Sql {
  const rows = raises.map(
    ({ conversationId, userId, deliveredSeq, readSeq, onlyFrom }) =>
      sql`SELECT ${conversationId} AS conversationId, ${userId} AS userId, ${deliveredSeq} AS deliveredSeq, ${readSeq} AS readSeq,
        ${onlyFrom} AS onlyFrom`,
  );
  return join(rows, ' UNION ALL ');
}

// A member who is named twice would be raised to one of the two, and nobody says to which. Where the conditions differ the lower one decides: nobody has got as
// far as the higher, which stands behind what this transaction has not committed.
/** One raise for each member, in the order of their keys. */
export function joinRaises(raises: readonly MarkerRaise[]): readonly MarkerRaise[] {
  const members = new Map<string, MarkerRaise>();
  for (const raise of raises) {
    const key = `${raise.conversationId}:${raise.userId}`;
    const known = members.get(key) ?? raise;
    const [sooner, later] = known.onlyFrom <= raise.onlyFrom ? [known, raise] : [raise, known];
    members.set(key, sooner.onlyFrom < later.onlyFrom ? sooner : higher(sooner, later));
  }
  // Whoever else raises them takes them in the same order: nobody waits for somebody who waits for them.
  return [...members.values()].sort((one, other) => order(one.conversationId, other.conversationId) || order(one.userId, other.userId));
}

function higher(one: MarkerRaise, other: MarkerRaise): MarkerRaise {
  return {
    ...one,
    deliveredSeq: Math.max(one.deliveredSeq, other.deliveredSeq),
    readSeq: Math.max(one.readSeq, other.readSeq),
  };
}

function order(one: bigint, other: bigint): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
