import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

// Not a join, which a server may begin with all users there are.
const isHiding = sql`(SELECT u.privateMode FROM User u WHERE u.id = m.userId)`;

/** How far all active members of a conversation have it, and have read it. */
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
      SELECT m.conversationId AS conversationId, MIN(COALESCE(m.shownDeliveredSeq, m.deliveredSeq)) AS deliveredSeq,
        MIN(COALESCE(m.shownReadSeq, m.readSeq)) AS readSeq, MAX(${isHiding}) AS hiding
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
}

/** Those of each conversation, in no order; who shows nobody is left out. */
export async function readReaders(tx: Tx, conversationIds: readonly bigint[]): Promise<readonly ReaderRow[]> {
  const rows = await inPieces(conversationIds, (piece) =>
    tx.$queryRaw<{ [C in keyof ReaderRow]: bigint | number }[]>(sql`
      SELECT m.conversationId AS conversationId, m.userId AS userId, m.joinedSeq AS joinedSeq, COALESCE(m.shownReadSeq, m.readSeq) AS readSeq
      FROM Membership m WHERE m.conversationId IN (${join([...piece])}) AND m.state = 'ACTIVE' AND ${isHiding} = 0`),
  );
  return rows.map(({ conversationId, userId, joinedSeq, readSeq }) => ({
    conversationId: BigInt(conversationId),
    userId: BigInt(userId),
    joinedSeq: Number(joinedSeq),
    readSeq: Number(readSeq),
  }));
}
