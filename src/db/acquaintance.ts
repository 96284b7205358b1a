import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';
import { standing } from './standing.ts';

/** What stands between a user and another, either way round. */
export interface Acquaintance {
  readonly areContacts: boolean;
  /** Both are in a conversation, and shown it. */
  readonly areFellows: boolean;
  /** One has blocked the other. */
  readonly isBlocked: boolean;
  /** The account of one of them is erased; what they shared is ended some time after. */
  readonly isErased: boolean;
}

interface Found {
  readonly what: string;
  readonly id: bigint | number;
}

/** What stands between a user and others, in the order asked for. Each table is entered by a key. */
export async function selectAcquaintance(tx: Tx, userId: bigint, otherIds: readonly bigint[]): Promise<readonly Acquaintance[]> {
  const rows = await inPieces(otherIds, (piece) => {
    const others = join([...piece]);
    return tx.$queryRaw<Found[]>(sql`
      SELECT 'contact' AS what, otherId AS id FROM Contact WHERE userId = ${userId} AND otherId IN (${others}) AND state = 'ACTIVE'
      UNION ALL SELECT 'block', otherId FROM Block WHERE userId = ${userId} AND otherId IN (${others}) AND state = 'ACTIVE'
      UNION ALL SELECT 'block', userId FROM Block WHERE otherId = ${userId} AND userId IN (${others}) AND state = 'ACTIVE'
      UNION ALL SELECT DISTINCT 'fellow', o.userId FROM Membership m JOIN Membership o ON o.conversationId = m.conversationId
        WHERE m.userId = ${userId} AND m.state = 'ACTIVE' AND m.shown = 1 AND ${standing('m')}
          AND o.userId IN (${others}) AND o.state = 'ACTIVE' AND o.shown = 1
      UNION ALL SELECT 'erased', id FROM User WHERE id IN (${userId}, ${others}) AND state = 'ERASED'`);
  });
  const found = new Set(rows.map(({ what, id }) => `${what} ${id}`));
  return otherIds.map((otherId) => ({
    areContacts: found.has(`contact ${otherId}`),
    areFellows: found.has(`fellow ${otherId}`),
    isBlocked: found.has(`block ${otherId}`),
    isErased: found.has(`erased ${otherId}`) || found.has(`erased ${userId}`),
  }));
}
