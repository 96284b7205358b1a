import { createHash } from 'node:crypto';
import type { Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { PushDevice, PushKind } from './push.ts';
import { formatTimeOfDay, parseTimeOfDay, type QuietHours, weekdays } from './quiet-hours.ts';

/** A device's registration, as it is stored. */
export interface DeviceRow extends PushDevice {
  /** The endpoint or the token. */
  readonly address: string;
  readonly p256dh: string | null;
  readonly auth: string | null;
  readonly vapidKey: string | null;
}

type StoredDevice = Awaited<ReturnType<Tx['pushDevice']['findMany']>>[number];

function deviceOf({ sessionId, addressHash: _, kind, ...rest }: StoredDevice): DeviceRow {
  return { ...rest, sessionId: uuidText(sessionId), kind: kind as PushKind };
}

/** Returns a device as its user sees it. */
export function shownDevice({ sessionId, userId, kind, createdAt }: DeviceRow): PushDevice {
  return { sessionId, userId, kind, createdAt };
}

/**
 * A session and its registration. Null if there is no such session, or it has ended. Changes of it need the lock of its user's account
 * stream.
 */
export const registration: Fact<string, { readonly userId: bigint; readonly device: DeviceRow | null } | null> = {
  name: 'push registration',
  key: String,
  async read(tx, sessionIds) {
    const ids = sessionIds.map(uuidBytes);
    const sessions = await tx.session.findMany({ where: { id: { in: ids }, endedAt: null }, select: { id: true, userId: true } });
    const devices = await tx.pushDevice.findMany({ where: { sessionId: { in: ids } } });
    const found = new Map(devices.map((row) => [uuidText(row.sessionId), deviceOf(row)]));
    const live = new Map(sessions.map(({ id, userId }) => [uuidText(id), userId]));
    return sessionIds.map((id) => {
      const userId = live.get(id);
      return userId === undefined ? null : { userId, device: found.get(id) ?? null };
    });
  },
};

/** Registers a session at an address, in place of any former address. Ends any other session's registration at this address. */
export async function putDevice(tx: Tx, { sessionId, ...device }: DeviceRow): Promise<void> {
  const addressHash = Uint8Array.from(createHash('sha256').update(`${device.kind} ${device.address}`).digest());
  const id = uuidBytes(sessionId);
  await tx.pushDevice.deleteMany({ where: { addressHash, sessionId: { not: id } } });
  const row = { ...device, addressHash };
  // Prisma's upsert reads first. If the former address is removed at this moment because its service says it is gone, the upsert would
  // change nothing and lose the new address.
  const { count } = await tx.pushDevice.updateMany({ where: { sessionId: id }, data: row });
  if (count === 0) await tx.pushDevice.create({ data: { sessionId: id, ...row } });
}

/** Removes sessions' registrations, at any address or only at the given one. Without an address, also their outstanding deliveries. */
export async function removeDevices(tx: Tx, sessionIds: readonly string[], address?: string): Promise<void> {
  const sessionId = { in: sessionIds.map(uuidBytes) };
  await tx.pushDevice.deleteMany({ where: { sessionId, ...(address !== undefined && { address }) } });
  if (address === undefined) await tx.pushDelivery.deleteMany({ where: { sessionId } });
}

/** Reads the registrations of these users' live sessions, the newest first. */
export async function readDevices(tx: Tx, userIds: readonly bigint[], now: Date): Promise<readonly DeviceRow[]> {
  const rows = await tx.pushDevice.findMany({
    where: { userId: { in: [...userIds] } },
    orderBy: [{ createdAt: 'desc' }, { sessionId: 'desc' }],
  });
  return liveDevices(tx, rows, now);
}

/** Reads the registrations of these sessions, as far as they are live. */
export async function readDevicesOf(tx: Tx, sessionIds: readonly Uint8Array<ArrayBuffer>[], now: Date): Promise<readonly DeviceRow[]> {
  return liveDevices(tx, await tx.pushDevice.findMany({ where: { sessionId: { in: [...sessionIds] } } }), now);
}

async function liveDevices(tx: Tx, rows: readonly StoredDevice[], now: Date): Promise<readonly DeviceRow[]> {
  if (rows.length === 0) return [];
  const where = { id: { in: rows.map(({ sessionId }) => sessionId) }, endedAt: null, expiresAt: { gt: now } };
  const sessions = await tx.session.findMany({ where, select: { id: true } });
  const live = new Set(sessions.map(({ id }) => uuidText(id)));
  return rows.map(deviceOf).filter(({ sessionId }) => live.has(sessionId));
}

/** Users' quiet hours. Changes of them need the lock of the user's account stream. */
export const quietHoursOf: Fact<bigint, QuietHours | null> = {
  name: 'quiet hours',
  key: String,
  async read(tx, userIds) {
    const rows = await tx.quietHours.findMany({ where: { userId: { in: [...userIds] } } });
    const found = new Map(
      rows.map(({ userId, startMinute, endMinute, timeZone, days }) => [
        userId,
        {
          start: formatTimeOfDay(startMinute),
          end: formatTimeOfDay(endMinute),
          timeZone,
          days: weekdays.filter((_, place) => (days & (1 << place)) !== 0),
        },
      ]),
    );
    return userIds.map((userId) => found.get(userId) ?? null);
  },
};

/** The times until which users get no pushes. Changes of them need the lock of the user's account stream. */
export const silentUntilOf: Fact<bigint, Date | null> = {
  name: 'silent until',
  key: String,
  async read(tx, userIds) {
    const rows = await tx.user.findMany({ where: { id: { in: [...userIds] } }, select: { id: true, silentUntil: true } });
    const found = new Map(rows.map(({ id, silentUntil }) => [id, silentUntil]));
    return userIds.map((userId) => found.get(userId) ?? null);
  },
};

/** Writes the time until which a user gets no pushes. Null: none. */
export async function putSilentUntil(tx: Tx, userId: bigint, silentUntil: Date | null): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { silentUntil } });
}

/** Writes a user's quiet hours. Null: none. */
export async function putQuietHours(tx: Tx, userId: bigint, quiet: QuietHours | null): Promise<void> {
  if (quiet === null) {
    await tx.quietHours.deleteMany({ where: { userId } });
    return;
  }
  const row = {
    startMinute: parseTimeOfDay(quiet.start) ?? 0,
    endMinute: parseTimeOfDay(quiet.end) ?? 0,
    timeZone: quiet.timeZone,
    days: quiet.days.reduce((bits, day) => bits | (1 << weekdays.indexOf(day)), 0),
  };
  await tx.quietHours.upsert({ where: { userId }, create: { userId, ...row }, update: row });
}
