import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

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
      SELECT m.conversationId AS conversationId, MIN(m.deliveredSeq) AS deliveredSeq, MIN(m.readSeq) AS readSeq, MAX(u.privateMode) AS hiding
      FROM Membership m JOIN User u ON u.id = m.userId
      WHERE m.conversationId IN (${join([...piece])}) AND m.state = 'ACTIVE' GROUP BY m.conversationId`),
  );
  return rows.map(({ conversationId, deliveredSeq, readSeq, hiding }) => ({
    conversationId: BigInt(conversationId),
    deliveredSeq: Number(deliveredSeq),
    readSeq: Number(readSeq),
    isPrivate: Number(hiding) > 0,
  }));
}

/** Whose markers are asked for. */
export interface ReaderRange {
  readonly conversationId: bigint;
  readonly seq: number;
  readonly senderId: bigint;
  readonly after: bigint;
  readonly limit: number;
}

/** How many active members other than the sender were there at a seq and have read it; those who show nobody are left out. */
export async function countReaders(tx: Tx, { conversationId, seq, senderId }: Omit<ReaderRange, 'after' | 'limit'>): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: bigint | number }[]>(sql`
    SELECT COUNT(*) AS count FROM Membership m JOIN User u ON u.id = m.userId
    WHERE m.conversationId = ${conversationId} AND m.userId <> ${senderId} AND m.state = 'ACTIVE'
      AND m.readSeq >= ${seq} AND m.fromSeq <= ${seq} AND u.privateMode = 0`);
  return Number(row?.count ?? 0);
}

/** Active members other than the sender who were there at a seq and have read it, by id; those who show nobody are left out. */
export async function listReaders(tx: Tx, { conversationId, seq, senderId, after, limit }: ReaderRange): Promise<readonly bigint[]> {
  const rows = await tx.$queryRaw<{ userId: bigint | number }[]>(sql`
    SELECT m.userId AS userId FROM Membership m JOIN User u ON u.id = m.userId
    WHERE m.conversationId = ${conversationId} AND m.userId > ${after} AND m.userId <> ${senderId} AND m.state = 'ACTIVE'
      AND m.readSeq >= ${seq} AND m.fromSeq <= ${seq} AND u.privateMode = 0
    ORDER BY m.userId LIMIT ${limit}`);
  return rows.map(({ userId }) => BigInt(userId));
}
