import { createHash, createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { ChatError } from '../errors.ts';
import type { Roster } from '../presence/index.ts';
import { deriveKey, type ServerKey } from '../server-key.ts';
import { uuidBytes } from '../uuid.ts';
import { type Claimed, type Claims, claimDue, finish, putOff } from './claim.ts';
import { leaseMs } from './due.ts';
import { inLanes } from './lanes.ts';
import { fitted, type Payload } from './payload.ts';
import { type PayloadParts, payloadsOf } from './payloads.ts';
import { reachability } from './reachability.ts';
import type { Rests } from './rests.ts';
import type { Push, Sender, SendResult } from './sender.ts';
import { type DeviceRow, readDevicesOf, removeDevices } from './store.ts';

/** The parts that sending needs. */
export interface DeliverParts extends PayloadParts {
  readonly roster: Roster;
  readonly keys: readonly ServerKey[];
  readonly config: Pick<Config, 'pushDelayMs' | 'pushContent' | 'presenceGraceMs'>;
  readonly logger: Logger;
  readonly rests: Rests;
  /** Returns the sender for a device. Null: devices of this kind cannot be reached. */
  readonly senderOf: (device: DeviceRow) => Sender | null;
}

// The deliveries of a round wait for each other. With these limits, and the limit on the time of an answer, a round ends within the lease.
const perRound = 100;
const perOrigin = 16;
// Retries start after some seconds and back off.
const retryMs = { first: 2_000, last: 3_600_000 };

/** What happens to a delivery next. */
type Next = { readonly row: Claimed } & (
  | { readonly is: 'DONE' }
  | { readonly is: 'GONE'; readonly device: DeviceRow }
  | { readonly is: 'LATER'; readonly ms: number; readonly failed: boolean }
);

/** Claims some of the due deliveries, with a lease that is long enough for `deliver`. Throws UNAVAILABLE. */
export function takeUp({ db }: Pick<DeliverParts, 'db'>): Promise<Claims> {
  return claimDue(db, { limit: perRound, leaseMs });
}

/**
 * Sends claimed deliveries, as far as they are still to be sent. Throws UNAVAILABLE: deliveries that are not done by then are claimed again
 * when their lease ends.
 */
export async function deliver(parts: DeliverParts, claims: Claims, signal: AbortSignal): Promise<void> {
  const { db, config } = parts;
  const nexts = await sendStillDue(parts, claims.rows, await db.now(), signal);
  // Sending may have taken seconds.
  const now = await db.now();
  const done = nexts.filter(({ is }) => is !== 'LATER').map(({ row }) => row);
  await finish(db, claims.token, done, new Date(now.getTime() + config.pushDelayMs));
  await putOffThose(parts, claims, nexts, now);
  for (const next of nexts) {
    if (next.is === 'GONE') await db.transaction((tx) => removeDevices(tx, [next.device.sessionId], next.device.address));
  }
}

async function putOffThose({ db }: DeliverParts, { token }: Claims, nexts: readonly Next[], now: Date): Promise<void> {
  const later = nexts.flatMap((next) => {
    if (next.is !== 'LATER') return [];
    return [{ row: next.row, failed: next.failed, dueAt: new Date(now.getTime() + next.ms) }];
  });
  await putOff(db, token, later);
}

/** Decides which deliveries are still to be sent, and sends them. */
async function sendStillDue(parts: DeliverParts, rows: readonly Claimed[], now: Date, signal: AbortSignal): Promise<readonly Next[]> {
  const { db, roster, config, logger } = parts;
  const alive = rows.filter(({ expiresAt }) => expiresAt > now);
  const devices = await readDevicesOf(
    db.client,
    alive.map(({ sessionId }) => uuidBytes(sessionId)),
    now,
  );
  const byId = new Map(devices.map((device) => [device.sessionId, device]));
  const there = alive.filter(({ sessionId, userId }) => byId.get(sessionId)?.userId === userId);
  const where = await reachability({ db, roster }, [...new Set(there.map(({ userId }) => userId))], now).catch((error: unknown) => {
    logger.warn({ err: error }, 'presence could not be read: pushes wait');
    return null;
  });
  if (where === null) return [...done(rows, there), ...there.map((row) => later(row, retryMs.first))];
  const leaving = there.filter(({ userId }) => where.get(userId) === 'LEAVING');
  const away = there.filter(({ userId }) => where.get(userId) === 'AWAY');
  const payloads = await payloadsOrFault(parts, away, now);
  const broken = away.filter((_, place) => payloads[place] === 'FAULT');
  const wishes = away.flatMap((row, place) => {
    const [payload = null, device] = [payloads[place], byId.get(row.sessionId)];
    return payload === null || payload === 'FAULT' || device === undefined ? [] : [{ row, payload, device }];
  });
  const told = await sendAll(parts, wishes, now, signal);
  const waiting = leaving.map((row) => later(row, Math.max(config.presenceGraceMs / 2, 500)));
  const open = [...leaving, ...broken, ...wishes.map(({ row }) => row)];
  return [...told, ...waiting, ...broken.map((row) => failed(row)), ...done(rows, open)];
}

/**
 * Like `payloadsOf`, but a defect in the data of one delivery is the fault of that one only: the others of its round are sent. Throws
 * UNAVAILABLE.
 */
async function payloadsOrFault(parts: DeliverParts, rows: readonly Claimed[], now: Date): Promise<readonly (Payload | 'FAULT' | null)[]> {
  try {
    return await payloadsOf(parts, rows, now);
  } catch (error) {
    if (error instanceof ChatError && error.code === 'UNAVAILABLE') throw error;
    const [first] = rows;
    if (first !== undefined && rows.length === 1) {
      parts.logger.error({ err: error, userId: String(first.userId), subject: first.subject }, 'a push could not be worded; it is retried');
      return ['FAULT'];
    }
    return (await inLanes(rows, 1, (row) => payloadsOrFault(parts, [row], now))).flat();
  }
}

function later(row: Claimed, ms: number): Next {
  return { row, is: 'LATER', ms, failed: false };
}

/** Marks all deliveries as done except these. */
function done(rows: readonly Claimed[], except: readonly Claimed[]): readonly Next[] {
  const open = new Set(except);
  return rows.filter((row) => !open.has(row)).map((row) => ({ row, is: 'DONE' }));
}

interface Wish {
  readonly row: Claimed;
  readonly device: DeviceRow;
  readonly payload: Payload;
}

async function sendAll(parts: DeliverParts, wishes: readonly Wish[], now: Date, signal: AbortSignal): Promise<readonly Next[]> {
  const byOrigin = Map.groupBy(wishes, ({ device }) => parts.senderOf(device)?.origin(device) ?? '');
  const told = await Promise.all(
    [...byOrigin].map(([origin, ofOne]) => inLanes(ofOne, perOrigin, (wish) => sendOne(parts, origin, wish, { now, signal }))),
  );
  return told.flat();
}

async function sendOne(
  parts: DeliverParts,
  origin: string,
  { row, device, payload }: Wish,
  { now, signal }: { readonly now: Date; readonly signal: AbortSignal },
): Promise<Next> {
  const { rests, logger } = parts;
  const sender = parts.senderOf(device);
  // The provider was removed from the configuration, and may be configured again.
  if (sender === null) return { row, is: 'DONE' };
  const leftMs = rests.left(origin);
  if (leftMs !== null) return later(row, leftMs + Math.random() * retryMs.first);
  const about = { origin, kind: device.kind, userId: String(row.userId) };
  const push = pushOf(parts, row, { device, payload, now });
  const fate = await sender.send(push, signal).catch((error: unknown) => {
    logger.error({ err: error, ...about }, 'a push could not be sent; it is retried');
    return null;
  });
  if (fate === null) return failed(row);
  rests.note(origin, fate.is !== 'LATER' || fate.ms !== null);
  if (fate.is === 'REFUSED') logger.warn({ ...about, reason: fate.reason }, 'a push was refused');
  if (fate.is === 'LATER') logger.info({ ...about, reason: fate.reason }, 'a push will be retried later');
  return nextOf(fate, row, device);
}

function nextOf(fate: SendResult, row: Claimed, device: DeviceRow): Next {
  if (fate.is === 'GONE') return { row, is: 'GONE', device };
  return fate.is === 'LATER' ? failed(row, fate.ms ?? 0) : { row, is: 'DONE' };
}

function failed(row: Claimed, leastMs = 0): Next {
  const ms = Math.min(retryMs.first * 2 ** Math.min(row.attempts, 16), retryMs.last) * (0.5 + Math.random());
  return { row, is: 'LATER', ms: Math.max(leastMs, ms), failed: true };
}

function pushOf(
  { keys, config }: DeliverParts,
  { userId, subject, expiresAt }: Claimed,
  { device, payload, now }: { readonly device: DeviceRow; readonly payload: Payload; readonly now: Date },
): Push {
  const newest = payload.messageId ?? subject;
  const id = createHash('sha256').update(`${device.sessionId} ${newest} ${payload.at} ${payload.count}`).digest('base64url').slice(0, 32);
  return {
    ...{ device, id, payload: fitted(payload, config.pushContent), collapseKey: collapseKey(keys, userId, subject) },
    urgent: payload.mentioned || payload.type !== 'MESSAGE' || payload.title === payload.sender,
    ttlSeconds: Math.max(0, Math.round((expiresAt.getTime() - now.getTime()) / 1_000)),
  };
}

/** Push services must not learn from the key who talks to whom, so it is an HMAC. */
function collapseKey([key]: readonly ServerKey[], userId: bigint, subject: string): string {
  if (key === undefined) throw new Error('there is no server key');
  return createHmac('sha256', deriveKey(key, 'push topic')).update(`${userId} ${subject}`).digest('base64url').slice(0, 32);
}
