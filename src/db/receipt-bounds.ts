import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

// Not a join: a server may start one with all users of the system.
const isHiding = sql`(SELECT u.privateMode FROM User u WHERE u.id = m.userId)`;

/** How far all active members of a conversation have received and read it. */
export interface ReachRow {
  readonly conversationId: bigint;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  /** Whether a member is in private mode and shows nobody how far they have read. */
  readonly isPrivate: boolean;
}

/**
 * Reads the reach of conversations, in no order, as a viewer sees it. Null: as everybody may see it. Conversations without active members
 * are absent.
 *
 * While one user of a direct conversation blocks the other, each sees the other's markers as they stood when the block began, and their own
 * as they are. Only the blocker's own markers stand still for the blocker too. So to the user who was blocked, the other has not opened the
 * conversation since (decision 23).
 */
export async function readReceiptBounds(tx: Tx, conversationIds: readonly bigint[], viewerId: bigint | null): Promise<readonly ReachRow[]> {
  const isFrozen = viewerId === null ? sql`m.blocks = 1` : sql`(m.blocks = 1 OR m.userId <> ${viewerId})`;
  const rows = await inPieces(conversationIds, (piece) =>
    tx.$queryRaw<{ conversationId: bigint | number; deliveredSeq: bigint | number; readSeq: bigint | number; hiding: unknown }[]>(sql`
      SELECT m.conversationId AS conversationId,
        MIN(CASE WHEN ${isFrozen} THEN COALESCE(m.shownDeliveredSeq, m.deliveredSeq) ELSE m.deliveredSeq END) AS deliveredSeq,
        MIN(CASE WHEN ${isFrozen} THEN COALESCE(m.shownReadSeq, m.readSeq) ELSE m.readSeq END) AS readSeq, MAX(${isHiding}) AS hiding
      FROM Membership m
      WHERE m.conversationId IN (${join([...piece])}) AND m.state = 'ACTIVE' GROUP BY m.conversationId`),
  );
  return rows.map(({ conversationId, deliveredSeq, readSeq, hiding }) => ({
    conversationId: BigInt(conversationId),
    deliveredSeq: Number(deliveredSeq),
    readSeq: Number(readSeq),
    isPrivate: Number(hiding) > 0,
  }));
}

/** An active member who shows others how far they have read. */
export interface ReaderRow {
  readonly conversationId: bigint;
  readonly userId: bigint;
  /** The first entry of the act with which the member joined. */
  readonly joinedSeq: number;
  readonly readSeq: number;
  /** `readSeq` as others are shown it. */
  readonly shownReadSeq: number;
  /** Whether others are shown less than the member has received or read, because one of the two has blocked the other. */
  readonly isAhead: boolean;
}

/** Reads these members of conversations, in no order. Members in private mode are left out. */
export async function readReaders(tx: Tx, conversationIds: readonly bigint[]): Promise<readonly ReaderRow[]> {
  const rows = await inPieces(conversationIds, (piece) =>
    tx.$queryRaw<{ [C in keyof ReaderRow]: bigint | number }[]>(sql`
      SELECT m.conversationId AS conversationId, m.userId AS userId, m.joinedSeq AS joinedSeq, m.readSeq AS readSeq,
        COALESCE(m.shownReadSeq, m.readSeq) AS shownReadSeq,
        CASE WHEN m.readSeq > COALESCE(m.shownReadSeq, m.readSeq) OR m.deliveredSeq > COALESCE(m.shownDeliveredSeq, m.deliveredSeq) THEN 1 ELSE 0 END AS isAhead
      FROM Membership m WHERE m.conversationId IN (${join([...piece])}) AND m.state = 'ACTIVE' AND ${isHiding} = 0`),
  );
  return rows.map(({ conversationId, userId, joinedSeq, readSeq, shownReadSeq, isAhead }) => ({
    conversationId: BigInt(conversationId),
    userId: BigInt(userId),
    joinedSeq: Number(joinedSeq),
    readSeq: Number(readSeq),
    shownReadSeq: Number(shownReadSeq),
    isAhead: Number(isAhead) === 1,
  }));
}
