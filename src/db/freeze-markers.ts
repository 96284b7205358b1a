import type { Tx } from './db.ts';
import { sql } from './sql.ts';

/**
 * Has others be shown the markers of all members of a conversation as they stand, whatever moves them from here on. In one statement, for markers rise under no
 * lock of the stream: what was read before would show less than others have seen.
 */
export async function freezeMarkers(tx: Tx, conversationId: bigint): Promise<void> {
  await tx.$executeRaw(sql`
    UPDATE Membership SET shownDeliveredSeq = deliveredSeq, shownReadSeq = readSeq WHERE conversationId = ${conversationId}`);
}
