import type { Db, Tx } from './db.ts';
import { orRaise } from './or-raise.ts';
import { writeInPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A conversation with entries that members who are away are to be notified of. */
export interface PushDueRow {
  readonly conversationId: bigint;
  readonly fromSeq: number;
  readonly seq: number;
  readonly dueAt: Date;
}

/** Stores that a conversation has entries to notify of. If it has a row already, `fromSeq` and `dueAt` stay, and `seq` rises. */
export async function raisePushDue(db: Pick<Db, 'dialect'>, tx: Tx, row: PushDueRow): Promise<void> {
  const { conversationId, fromSeq, seq, dueAt } = row;
  const insert = sql`INSERT INTO PushDue (conversationId, fromSeq, seq, dueAt) VALUES (${conversationId}, ${fromSeq}, ${seq}, ${dueAt})`;
  await tx.$executeRaw(sql`${insert} ${orRaise(db, 'conversationId', { seq: 'HIGHER' })}`);
}

/** A notification of one subject to one session. */
export interface PushDeliveryRow {
  readonly sessionId: Uint8Array<ArrayBuffer>;
  readonly subject: string;
  readonly userId: bigint;
  readonly fromSeq: number;
  readonly seq: number;
  readonly dueAt: Date;
  readonly expiresAt: Date;
}

/**
 * Inserts deliveries. If one of the same subject waits for the session already, its `fromSeq` and `dueAt` stay, and `seq` and `expiresAt`
 * rise.
 */
export async function leavePushDeliveries(db: Pick<Db, 'dialect'>, tx: Tx, rows: readonly PushDeliveryRow[]): Promise<void> {
  // All transactions that insert several of these rows take them in this order, which avoids deadlocks.
  const ordered = rows.toSorted((one, other) => Buffer.compare(one.sessionId, other.sessionId));
  await writeInPieces(ordered, async (piece) => {
    const values = piece.map(
      ({ sessionId, subject, userId, fromSeq, seq, dueAt, expiresAt }) =>
        sql`(${sessionId}, ${subject}, ${userId}, ${fromSeq}, ${seq}, ${dueAt}, ${expiresAt})`,
    );
    const insert = sql`INSERT INTO PushDelivery (sessionId, subject, userId, fromSeq, seq, dueAt, expiresAt) VALUES ${join(values)}`;
    await tx.$executeRaw(sql`${insert} ${orRaise(db, 'sessionId, subject', { seq: 'HIGHER', expiresAt: 'HIGHER' })}`);
  });
}
