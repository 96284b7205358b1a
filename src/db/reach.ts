import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

// Not a join, which a server may begin with all users there are.
const isHiding = sql`(SELECT u.privateMode FROM User u WHERE u.id = m.userId)`;

/**
 * How far all active members of a conversation have it, and have read it. Of two, one of whom has blocked the other, the former counts as they stood then: it
 * looks to the latter as if nobody had opened it since, whereas of themselves they know better.
 */
export interface ReachRow {
  readonly conversationId: bigint;
  readonly deliveredSeq: number;
  readonly readSeq: number;
  /** Somebody among them shows nobody how far they are. */
  readonly isPrivate: boolean;
}

/** Of each conversation that has members, in no order. */
export async function readReach(tx: Tx, conversationIds: readonly bigint[]): Promise<readonly ReachRow[]> {
  const rows = await inPieces(conversationIds, (piece) =>
    tx.$queryRaw<{ conversationId: bigint | number; deliveredSeq: bigint | number; readSeq: bigint | number; hiding: unknown }[]>(sql`
      SELECT m.conversationId AS conversationId, MIN(CASE WHEN m.blocks = 1 THEN m.shownDeliveredSeq ELSE m.deliveredSeq END) AS deliveredSeq,
        MIN(CASE WHEN m.blocks = 1 THEN m.shownReadSeq ELSE m.readSeq END) AS readSeq, MAX(${isHiding}) AS hiding
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

/** An active member who shows how far they have read. */
export interface ReaderRow {
  readonly conversationId: bigint;
  readonly userId: bigint;
  /** The first entry of the act with which they came. */
  readonly joinedSeq: number;
  readonly readSeq: number;
  /** The same, as others are shown it. */
  readonly shownReadSeq: number;
}

/** Those of each conversation, in no order; who shows nobody is left out. */
export async function readReaders(tx: Tx, conversationIds: readonly bigint[]): Promise<readonly ReaderRow[]> {
  const rows = await inPieces(conversationIds, (piece) =>
    tx.$queryRaw<{ [C in keyof ReaderRow]: bigint | number }[]>(sql`
      SELECT m.conversationId AS conversationId, m.userId AS userId, m.joinedSeq AS joinedSeq, m.readSeq AS readSeq,
        COALESCE(m.shownReadSeq, m.readSeq) AS shownReadSeq
      FROM Membership m WHERE m.conversationId IN (${join([...piece])}) AND m.state = 'ACTIVE' AND ${isHiding} = 0`),
  );
  return rows.map(({ conversationId, userId, joinedSeq, readSeq, shownReadSeq }) => ({
    conversationId: BigInt(conversationId),
    userId: BigInt(userId),
    joinedSeq: Number(joinedSeq),
    readSeq: Number(readSeq),
    shownReadSeq: Number(shownReadSeq),
  }));
}
