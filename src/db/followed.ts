import type { Tx } from './db.ts';
import { isNotDissolved } from './not-dissolved.ts';
import { sql } from './sql.ts';

/** A conversation that is shown to a user, and where their access begins. */
export interface FollowedRow {
  readonly conversationId: bigint;
  /** The first seq that their membership lets them read. Does not consider what was trimmed (Stream.floorSeq). */
  readonly fromSeq: number;
  /** The entry with which they joined. */
  readonly joinedSeq: number;
  readonly readSeq: number;
}

/** Reads all conversations that are shown to a user, by id. `only` restricts the result to one conversation. */
export async function selectFollowed(tx: Tx, userId: bigint, only?: bigint): Promise<readonly FollowedRow[]> {
  const one = only === undefined ? sql`` : sql`AND m.conversationId = ${only}`;
  const rows = await tx.$queryRaw<{ readonly [C in keyof FollowedRow]: bigint | number }[]>(sql`
    SELECT m.conversationId AS conversationId, m.fromSeq AS fromSeq, m.joinedSeq AS joinedSeq, m.readSeq AS readSeq
    FROM Membership m
    WHERE m.userId = ${userId} AND m.state = 'ACTIVE' AND m.shown = 1 AND ${isNotDissolved('m')} ${one}
    ORDER BY m.conversationId`);
  return rows.map(({ conversationId, fromSeq, joinedSeq, readSeq }) => ({
    conversationId: BigInt(conversationId),
    fromSeq: Number(fromSeq),
    joinedSeq: Number(joinedSeq),
    readSeq: Number(readSeq),
  }));
}
