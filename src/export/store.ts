import type { Db, Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { DataExport, ExportState } from './data-export.ts';

/** A file's row. */
export type ExportRow = Awaited<ReturnType<Tx['dataExport']['findMany']>>[number];

/** The state of a row. A file that was ended keeps its row as ENDED. */
export type StoredState = ExportState | 'ENDED';

// Parts deleted by one statement: 50 MiB at most.
const partsAtOnce = 50;

/** Converts a row to what its user may see. Null if the file is gone by `now`. */
export function exportOf({ id, userId, state, createdAt, readyAt, expiresAt, bytes }: ExportRow, now: Date): DataExport | null {
  const gone = state === ('ENDED' satisfies StoredState) || (expiresAt !== null && expiresAt <= now);
  if (gone) return null;
  const known = { id: uuidText(id), userId, state: state as ExportState, createdAt, readyAt, expiresAt };
  return { ...known, bytes: readyAt === null ? null : bytes };
}

/** A file's row by UUID text, in any state. Guarded by the lock on the user's account stream. */
export const exportRow: Fact<string, ExportRow | null> = { name: 'data export', key: String, read: readExports };

/** The user's pending file, or null. Guarded by the lock on the user's account stream. */
export const pendingExport: Fact<bigint, ExportRow | null> = { name: 'pending data export', key: String, read: readPending };

/** A user, and a time. */
interface Lately {
  readonly userId: bigint;
  readonly since: Date;
}

/**
 * The times of a user's requests since a time, newest first, those for ended files included. Guarded by the lock on the user's account
 * stream.
 */
export const latelyAsked: Fact<Lately, readonly Date[]> = {
  name: 'data exports lately',
  key: ({ userId, since }) => `${userId}:${since.getTime()}`,
  read: (tx, keys) =>
    Promise.all(
      keys.map(async ({ userId, since }) => {
        const rows = await tx.dataExport.findMany({ where: { userId, createdAt: { gt: since } }, select: { createdAt: true } });
        return rows.map(({ createdAt }) => createdAt).toSorted((one, other) => other.getTime() - one.getTime());
      }),
    ),
};

/** Reads rows in any state, in the order of the ids, null where there is none. */
export async function readExports(tx: Tx, ids: readonly string[]): Promise<readonly (ExportRow | null)[]> {
  const rows = await tx.dataExport.findMany({ where: { id: { in: ids.map(uuidBytes) } } });
  const found = new Map(rows.map((row) => [uuidText(row.id), row]));
  return ids.map((id) => found.get(id) ?? null);
}

/** Reads each user's pending file in the order of the ids, null where there is none. */
async function readPending(tx: Tx, userIds: readonly bigint[]): Promise<readonly (ExportRow | null)[]> {
  const rows = await tx.dataExport.findMany({ where: { userId: { in: [...userIds] }, state: 'PENDING' } });
  const found = new Map(rows.map((row) => [row.userId, row]));
  return userIds.map((userId) => found.get(userId) ?? null);
}

/**
 * Starts an attempt to make a file: deletes the parts of earlier attempts, which may not continue. Resolves to the attempt's number, or
 * null if the file is not pending.
 */
export async function beginExport(db: Db, exportId: string): Promise<number | null> {
  const id = uuidBytes(exportId);
  const attempt = await db.transaction(async (tx) => {
    const { count } = await tx.dataExport.updateMany({ where: { id, state: 'PENDING' }, data: { attempt: { increment: 1 } } });
    return count === 0 ? null : (await tx.dataExport.findUniqueOrThrow({ where: { id } })).attempt;
  });
  // Checked in each transaction: if a later attempt has started meanwhile, the parts are its own and must not be deleted.
  if (attempt !== null) await deleteParts(db, exportId, (tx) => requireOwn(tx, { exportId, attempt }));
  return attempt;
}

/** An attempt to make a file. */
interface Making {
  readonly exportId: string;
  readonly attempt: number;
}

/**
 * Throws if a later attempt has started or the file has ended. Writes the row instead of only reading it, so that a later attempt waits for
 * this transaction.
 */
async function requireOwn(tx: Tx, { exportId, attempt }: Making): Promise<void> {
  const { count } = await tx.dataExport.updateMany({ where: { id: uuidBytes(exportId), state: 'PENDING', attempt }, data: { attempt } });
  if (count === 0) throw new Error(`data export ${exportId} is made by another, or not wanted any more`);
}

/** Stores the next part of a file. Throws if a later attempt has started or the file has ended. */
export async function putPart(
  db: Db,
  { part, content, ...making }: Making & { readonly part: number; readonly content: Uint8Array<ArrayBuffer> },
): Promise<void> {
  await db.transaction(async (tx) => {
    await requireOwn(tx, making);
    await tx.dataExportPart.create({ data: { exportId: uuidBytes(making.exportId), part, content } });
  });
}

/** Reads a part of a file. Null if there is none. */
export async function readPart(tx: Tx, exportId: string, part: number): Promise<Uint8Array | null> {
  const row = await tx.dataExportPart.findUnique({ where: { exportId_part: { exportId: uuidBytes(exportId), part } } });
  return row?.content ?? null;
}

/** Deletes a file's parts, a few per transaction. Calls `may` first in each transaction, which throws to stop. */
export async function deleteParts(db: Db, exportId: string, may: (tx: Tx) => Promise<void> = async () => undefined): Promise<void> {
  const id = uuidBytes(exportId);
  for (;;) {
    const rows = await db.client.dataExportPart.findMany({ where: { exportId: id }, select: { part: true }, take: partsAtOnce });
    if (rows.length === 0) return;
    await db.transaction(async (tx) => {
      await may(tx);
      await tx.dataExportPart.deleteMany({ where: { exportId: id, part: { in: rows.map(({ part }) => part) } } });
    });
  }
}
