import type { Db, Tx } from '../db/index.ts';
import type { Fact } from '../log/index.ts';
import { uuidBytes, uuidText } from '../uuid.ts';
import type { DataExport, ExportState } from './data-export.ts';

/** A file's row. */
export type ExportRow = Awaited<ReturnType<Tx['dataExport']['findMany']>>[number];

/** How a file stands: ENDED ones are kept as that they were. */
export type StoredState = ExportState | 'ENDED';

// What is deleted with one statement: 50 MiB at most.
const partsAtOnce = 50;

/** A row as its user may see it; null where the file is gone by `now`. */
export function exportOf({ id, userId, state, createdAt, readyAt, expiresAt, bytes }: ExportRow, now: Date): DataExport | null {
  const gone = state === ('ENDED' satisfies StoredState) || (expiresAt !== null && expiresAt <= now);
  if (gone) return null;
  const known = { id: uuidText(id), userId, state: state as ExportState, createdAt, readyAt, expiresAt };
  return { ...known, bytes: readyAt === null ? null : bytes };
}

/** A file's row by UUID text, in any state. Governed by its user's account stream. */
export const exportRow: Fact<string, ExportRow | null> = { name: 'data export', key: String, read: readExports };

/** The file that a user waits for; null: none. Governed by their account stream. */
export const pendingExport: Fact<bigint, ExportRow | null> = { name: 'pending data export', key: String, read: readPending };

/** Whose files, and from when on. */
interface Lately {
  readonly userId: bigint;
  readonly since: Date;
}

/** When each file of a user was asked for since a moment, newest first; ended ones too. Governed by their account stream. */
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

/** Rows in the order asked for, in any state; null where there is none. */
export async function readExports(tx: Tx, ids: readonly string[]): Promise<readonly (ExportRow | null)[]> {
  const rows = await tx.dataExport.findMany({ where: { id: { in: ids.map(uuidBytes) } } });
  const found = new Map(rows.map((row) => [uuidText(row.id), row]));
  return ids.map((id) => found.get(id) ?? null);
}

/** What each user waits for, in the order asked for; null: nothing. */
async function readPending(tx: Tx, userIds: readonly bigint[]): Promise<readonly (ExportRow | null)[]> {
  const rows = await tx.dataExport.findMany({ where: { userId: { in: [...userIds] }, state: 'PENDING' } });
  const found = new Map(rows.map((row) => [row.userId, row]));
  return userIds.map((userId) => found.get(userId) ?? null);
}

/**
 * Begins to make a file, in place of whatever was made of it: only who began last may go on. Answers which beginning it is; null where it does not wait.
 */
export async function beginExport(db: Db, exportId: string): Promise<number | null> {
  const id = uuidBytes(exportId);
  const attempt = await db.transaction(async (tx) => {
    const { count } = await tx.dataExport.updateMany({ where: { id, state: 'PENDING' }, data: { attempt: { increment: 1 } } });
    return count === 0 ? null : (await tx.dataExport.findUniqueOrThrow({ where: { id } })).attempt;
  });
  // Who comes after has begun with nothing, and what they have made since is not to be deleted.
  if (attempt !== null) await deleteParts(db, exportId, (tx) => requireOwn(tx, { exportId, attempt }));
  return attempt;
}

/** A making of a file. */
interface Making {
  readonly exportId: string;
  readonly attempt: number;
}

/** Throws where somebody has begun the file anew, or it has ended. It is written, not only read: whoever begins anew waits for this transaction. */
async function requireOwn(tx: Tx, { exportId, attempt }: Making): Promise<void> {
  const { count } = await tx.dataExport.updateMany({ where: { id: uuidBytes(exportId), state: 'PENDING', attempt }, data: { attempt } });
  if (count === 0) throw new Error(`data export ${exportId} is made by another, or not wanted any more`);
}

/** Stores a file's next part, unless somebody has begun it anew or it has ended: then it throws. */
export async function putPart(
  db: Db,
  { part, content, ...making }: Making & { readonly part: number; readonly content: Uint8Array<ArrayBuffer> },
): Promise<void> {
  await db.transaction(async (tx) => {
    await requireOwn(tx, making);
    await tx.dataExportPart.create({ data: { exportId: uuidBytes(making.exportId), part, content } });
  });
}

/** A part of a file; null where there is none. */
export async function readPart(tx: Tx, exportId: string, part: number): Promise<Uint8Array | null> {
  const row = await tx.dataExportPart.findUnique({ where: { exportId_part: { exportId: uuidBytes(exportId), part } } });
  return row?.content ?? null;
}

/** Leaves nothing of what a file holds, some parts at a time, each time if `may` lets it. */
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
