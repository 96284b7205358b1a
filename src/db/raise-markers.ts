import { compareIds } from '../compare-ids.ts';
import type { Db, Tx } from './db.ts';
import type { Kind } from './kind.ts';
import { writeInPieces } from './pieces.ts';
import { rowTable } from './row-table.ts';
import { sql } from './sql.ts';

/** How far a member has received and read a conversation: 0 <= readSeq <= deliveredSeq. */
export interface MarkerRaise {
  readonly conversationId: bigint;
  readonly userId: bigint;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  /** A marker below this seq stays where it is. 0: no marker does. */
  readonly onlyFrom: number;
}

/** The columns of a MarkerRaise. */
export const raiseKinds = {
  ...{ conversationId: 'id', userId: 'id', deliveredSeq: 'number', readSeq: 'number', onlyFrom: 'number' },
} as const satisfies { readonly [C in keyof MarkerRaise]: Kind };

/**
 * Raises the markers of active members. A marker that is higher already stays. Holds their rows until the transaction ends, so nobody else
 * raises them while the transaction reads.
 */
export async function raiseMarkers(db: Pick<Db, 'dialect'>, tx: Tx, raises: readonly MarkerRaise[]): Promise<void> {
  await writeInPieces(joinRaises(raises), async (piece) => {
    const to = rowTable(db, raiseKinds, piece);
    await tx.$executeRaw(
      db.dialect === 'sqlite'
        ? sql`UPDATE Membership SET
              deliveredSeq = CASE WHEN Membership.deliveredSeq < v.onlyFrom THEN Membership.deliveredSeq ELSE MAX(Membership.deliveredSeq, v.deliveredSeq) END,
              readSeq = CASE WHEN Membership.readSeq < v.onlyFrom THEN Membership.readSeq ELSE MAX(Membership.readSeq, v.readSeq) END
            FROM ${to}
            WHERE Membership.conversationId = v.conversationId AND Membership.userId = v.userId AND Membership.state = 'ACTIVE'`
        : sql`UPDATE ${to} STRAIGHT_JOIN Membership m FORCE INDEX (PRIMARY) ON m.conversationId = v.conversationId AND m.userId = v.userId AND m.state = 'ACTIVE'
            SET ${raised}`,
    );
  });
}

/** The markers of `m` as raised by `v`, in MySQL's dialect. */
export const raised = sql`m.deliveredSeq = CASE WHEN m.deliveredSeq < v.onlyFrom THEN m.deliveredSeq ELSE GREATEST(m.deliveredSeq, v.deliveredSeq) END,
  m.readSeq = CASE WHEN m.readSeq < v.onlyFrom THEN m.readSeq ELSE GREATEST(m.readSeq, v.readSeq) END`;

/**
 * Joins the raises of each member into one, in the order of the members' keys.
 *
 * A statement with two rows for one member would apply either of them. If their conditions (`onlyFrom`) differ, the lower one counts: the
 * higher one is the seq of a message in this transaction, and nobody has read what is not committed.
 */
export function joinRaises(raises: readonly MarkerRaise[]): readonly MarkerRaise[] {
  const members = new Map<string, MarkerRaise>();
  for (const raise of raises) {
    const key = `${raise.conversationId}:${raise.userId}`;
    const known = members.get(key) ?? raise;
    const [sooner, later] = known.onlyFrom <= raise.onlyFrom ? [known, raise] : [raise, known];
    members.set(key, sooner.onlyFrom < later.onlyFrom ? sooner : higher(sooner, later));
  }
  // All transactions that raise markers take the rows in this order, which avoids deadlocks.
  return [...members.values()].sort(
    (one, other) => compareIds(one.conversationId, other.conversationId) || compareIds(one.userId, other.userId),
  );
}

function higher(one: MarkerRaise, other: MarkerRaise): MarkerRaise {
  return {
    ...one,
    deliveredSeq: Math.max(one.deliveredSeq, other.deliveredSeq),
    readSeq: Math.max(one.readSeq, other.readSeq),
  };
}
