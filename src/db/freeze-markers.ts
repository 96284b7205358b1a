import type { Tx } from './db.ts';
import { sql } from './sql.ts';

/**
 * Has the others of a conversation be shown the markers of all its members as they stand, or as they stood when that began, whatever moves them from here on.
 * In one statement, for markers rise under no lock of the stream: what was read before would show less than others have seen. The rows are held by then.
 */
export async function freezeMarkers(tx: Tx, conversationId: bigint): Promise<void> {
  await tx.$executeRaw(sql`
    UPDATE Membership SET shownDeliveredSeq = COALESCE(shownDeliveredSeq, deliveredSeq), shownReadSeq = COALESCE(shownReadSeq, readSeq)
    WHERE conversationId = ${conversationId}`);
}
