import type { Db, Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A conversation of whose entries those who are away are to be told. */
export interface PushDueRow {
  readonly conversationId: bigint;
  readonly fromSeq: number;
  readonly seq: number;
  readonly dueAt: Date;
}

/** Notes that there is something to tell of a conversation. Where that is noted already, it begins and is due as it was, and goes on to the later seq. */
export async function raisePushDue({ dialect }: Pick<Db, 'dialect'>, tx: Tx, row: PushDueRow): Promise<void> {
  const { conversationId, fromSeq, seq, dueAt } = row;
  const whole = sql`INSERT INTO PushDue (conversationId, fromSeq, seq, dueAt) VALUES (${conversationId}, ${fromSeq}, ${seq}, ${dueAt})`;
  await tx.$executeRaw(
    dialect === 'sqlite'
      ? sql`${whole} ON CONFLICT (conversationId) DO UPDATE SET seq = MAX(PushDue.seq, excluded.seq)`
      : sql`${whole} ON DUPLICATE KEY UPDATE seq = GREATEST(seq, VALUES(seq))`,
  );
}

/** One session to be told of one subject. */
export interface PushDeliveryRow {
  readonly sessionId: Uint8Array<ArrayBuffer>;
  readonly subject: string;
  readonly userId: bigint;
  readonly fromSeq: number;
  readonly seq: number;
  readonly dueAt: Date;
  readonly expiresAt: Date;
}

/** Leaves deliveries. Where one of the same subject waits, it begins and is due as it was, and goes on to the later seq. */
export async function leavePushDeliveries({ dialect }: Pick<Db, 'dialect'>, tx: Tx, rows: readonly PushDeliveryRow[]): Promise<void> {
  // Whoever else leaves some takes them in the same order: nobody waits for somebody who waits for them.
  const ordered = rows.toSorted((one, other) => Buffer.compare(one.sessionId, other.sessionId));
  await inPieces(ordered, async (piece) => {
    const values = piece.map(
      ({ sessionId, subject, userId, fromSeq, seq, dueAt, expiresAt }) =>
        sql`(${sessionId}, ${subject}, ${userId}, ${fromSeq}, ${seq}, ${dueAt}, ${expiresAt})`,
    );
    const whole = sql`INSERT INTO PushDelivery (sessionId, subject, userId, fromSeq, seq, dueAt, expiresAt) VALUES ${join(values)}`;
    await tx.$executeRaw(
      dialect === 'sqlite'
        ? sql`${whole} ON CONFLICT (sessionId, subject) DO UPDATE SET
            seq = MAX(PushDelivery.seq, excluded.seq), expiresAt = MAX(PushDelivery.expiresAt, excluded.expiresAt)`
        : sql`${whole} ON DUPLICATE KEY UPDATE seq = GREATEST(seq, VALUES(seq)), expiresAt = GREATEST(expiresAt, VALUES(expiresAt))`,
    );
    return [];
  });
}
