import { randomFillSync } from 'node:crypto';
import type { Db, PushDeliveryRow } from '../db/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';

/** A delivery that this node has claimed. */
export interface Claimed extends Omit<PushDeliveryRow, 'sessionId'> {
  /** A UUID. */
  readonly sessionId: string;
  readonly attempts: number;
}

/** Deliveries that this node has claimed together. */
export interface Claims {
  readonly rows: readonly Claimed[];
  readonly token: Uint8Array<ArrayBuffer>;
}

/** Claims due deliveries, the earliest due time first, and leases them for `leaseMs`. */
export async function claimDue(db: Db, { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number }): Promise<Claims> {
  const now = await db.now();
  const token = randomFillSync(new Uint8Array(16));
  const due = await db.client.pushDelivery.findMany({
    where: { dueAt: { lte: now } },
    orderBy: { dueAt: 'asc' },
    take: limit,
    select: { sessionId: true, subject: true, dueAt: true },
  });
  if (due.length === 0) return { rows: [], token };
  const lease = { claim: token, dueAt: new Date(now.getTime() + leaseMs) };
  await db.transaction((tx) => tx.pushDelivery.updateMany({ where: { OR: due }, data: lease }));
  const rows = await db.client.pushDelivery.findMany({ where: { claim: token } });
  return { token, rows: rows.map(({ claim: _, sessionId, ...row }) => ({ ...row, sessionId: uuidText(sessionId) })) };
}

function keyOf({ sessionId, subject }: Claimed) {
  return { sessionId: uuidBytes(sessionId), subject };
}

/** Removes finished deliveries. A delivery that was extended meanwhile stays, becomes due at `again`, and starts after what was sent. */
export async function finish(db: Db, token: Claims['token'], rows: readonly Claimed[], again: Date): Promise<void> {
  if (rows.length === 0) return;
  await db.transaction(async (tx) => {
    const done = rows.map((row) => ({ ...keyOf(row), seq: row.seq }));
    const { count } = await tx.pushDelivery.deleteMany({ where: { claim: token, OR: done } });
    if (count === rows.length) return;
    for (const row of rows) {
      const data = { claim: null, dueAt: again, attempts: 0, fromSeq: row.seq + 1 };
      await tx.pushDelivery.updateMany({ where: { claim: token, ...keyOf(row) }, data });
    }
  });
}

/** Postpones deliveries. */
export async function putOff(
  db: Db,
  token: Claims['token'],
  rows: readonly { readonly row: Claimed; readonly dueAt: Date; readonly failed: boolean }[],
): Promise<void> {
  if (rows.length === 0) return;
  await db.transaction(async (tx) => {
    for (const { row, dueAt, failed } of rows) {
      const attempts = row.attempts + (failed ? 1 : 0);
      await tx.pushDelivery.updateMany({ where: { claim: token, ...keyOf(row) }, data: { claim: null, dueAt, attempts } });
    }
  });
}
