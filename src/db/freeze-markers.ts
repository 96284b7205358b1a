import type { Tx } from './db.ts';
import { sql } from './sql.ts';

/**
 * Freezes the markers of all members of a conversation, as others see them, at their present value. Markers that are frozen already stay as
 * they are.
 *
 * One statement, because markers rise without the stream's lock: a value read earlier could be lower than what others have seen. The
 * statement holds the rows when it reads them.
 */
export async function freezeMarkers(tx: Tx, conversationId: bigint): Promise<void> {
  await tx.$executeRaw(sql`
    UPDATE Membership SET shownDeliveredSeq = COALESCE(shownDeliveredSeq, deliveredSeq), shownReadSeq = COALESCE(shownReadSeq, readSeq)
    WHERE conversationId = ${conversationId}`);
}
