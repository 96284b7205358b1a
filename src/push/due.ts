import type { Logger } from 'pino';
import { type Db, leavePushDeliveries, type PushDeliveryRow, type PushDueRow } from '../db/index.ts';
import type { Roster } from '../presence/index.ts';
import { uuidBytes } from '../uuid.ts';
import { audience } from './audience.ts';
import { reachability } from './reachability.ts';
import { readDevices } from './store.ts';
import { formatSubject } from './subject.ts';

/** The parts needed to find whom to notify. */
export interface DueParts {
  readonly db: Db;
  readonly roster: Roster;
  readonly logger: Logger;
  readonly config: { readonly pushDelayMs: number; readonly pushTtlSeconds: number };
}

// The number of members that are looked at together.
const atOnce = 500;
// The number of conversations of one round.
const perRound = 20;
// The time until a failed conversation is tried again: the roster may be away.
const againMs = 5_000;
/** Conversations and deliveries of a node that died are taken up by others after this time. */
export const leaseMs = 60_000;

/**
 * Writes a delivery for each session that is to be notified of the due conversations. Returns how many conversations were due. Throws
 * UNAVAILABLE.
 */
export async function handOutDue(parts: DueParts, signal: AbortSignal): Promise<number> {
  const { db } = parts;
  const due = await db.client.pushDue.findMany({ where: { dueAt: { lte: await db.now() } }, orderBy: { dueAt: 'asc' }, take: perRound });
  for (const row of due) {
    signal.throwIfAborted();
    // Each gets a whole lease: those before it may have many members.
    const now = await db.now();
    const dueAt = new Date(now.getTime() + leaseMs);
    const { conversationId } = row;
    const { count } = await db.transaction((tx) => tx.pushDue.updateMany({ where: { conversationId, dueAt: row.dueAt }, data: { dueAt } }));
    if (count === 1) await handOutOrPutBack(parts, { ...row, dueAt }, now, signal);
  }
  return due.length;
}

async function handOutOrPutBack(parts: DueParts, row: PushDueRow, now: Date, signal: AbortSignal): Promise<void> {
  const { conversationId, dueAt } = row;
  try {
    await handOut(parts, row, now, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    parts.logger.warn(
      { err: error, conversationId: String(conversationId) },
      'the recipients of a push could not be read; this will be retried',
    );
    const again = { dueAt: new Date(now.getTime() + againMs) };
    await parts.db.transaction((tx) => tx.pushDue.updateMany({ where: { conversationId, dueAt }, data: again }));
  }
}

async function handOut(parts: DueParts, row: PushDueRow, now: Date, signal: AbortSignal): Promise<void> {
  const { conversationId, seq, dueAt } = row;
  for (let after = 0n; ; ) {
    signal.throwIfAborted();
    const members = await parts.db.client.membership.findMany({
      where: { conversationId, userId: { gt: after }, state: 'ACTIVE' },
      orderBy: { userId: 'asc' },
      take: atOnce,
      select: { userId: true },
    });
    const userIds = members.map(({ userId }) => userId);
    if (userIds.length > 0) await handOutTo(parts, row, userIds, now);
    after = userIds.at(-1) ?? after;
    if (members.length < atOnce) break;
  }
  // If messages came meanwhile, the row stays and starts after this range.
  const next = { fromSeq: seq + 1, dueAt: new Date(now.getTime() + parts.config.pushDelayMs) };
  await parts.db.transaction(async (tx) => {
    await tx.pushDue.deleteMany({ where: { conversationId, dueAt, seq } });
    await tx.pushDue.updateMany({ where: { conversationId, dueAt }, data: next });
  });
}

async function handOutTo(parts: DueParts, row: PushDueRow, userIds: readonly bigint[], now: Date): Promise<void> {
  const { db, config } = parts;
  const devices = await readDevices(db.client, userIds, now);
  const reachable = new Set(devices.map(({ userId }) => userId));
  const told = await audience(parts, row, [...reachable], now);
  const where = await reachability(
    parts,
    told.map(({ userId }) => userId),
    now,
  );
  const away = new Set(told.map(({ userId }) => userId).filter((userId) => where.get(userId) !== 'REACHED'));
  const expiresAt = new Date(now.getTime() + config.pushTtlSeconds * 1_000);
  const subject = formatSubject({ of: 'conversation', id: row.conversationId });
  const deliveries: readonly PushDeliveryRow[] = devices
    .filter(({ userId }) => away.has(userId))
    .map(({ sessionId, userId }) => ({
      ...{ sessionId: uuidBytes(sessionId), subject, userId },
      ...{ fromSeq: row.fromSeq, seq: row.seq, dueAt: now, expiresAt },
    }));
  if (deliveries.length > 0) await db.transaction((tx) => leavePushDeliveries(db, tx, deliveries));
}
