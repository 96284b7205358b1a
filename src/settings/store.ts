import type { Tx } from '../db/index.ts';
import { type Document, formatDocument, parseDocument } from './document.ts';

/** A version as it is stored: all settings after it. */
export interface VersionRow {
  readonly version: number;
  readonly document: Document;
  readonly actorId: bigint | null;
  readonly note: string | null;
  readonly rolledBackTo: number | null;
  readonly at: Date;
}

/** The state before the first version. */
export const nothing: Pick<VersionRow, 'version' | 'document'> = { version: 0, document: {} };

function readRow({ document, ...row }: Omit<VersionRow, 'document'> & { readonly document: string }): VersionRow {
  return { ...row, document: parseDocument(document) };
}

/** Reads the newest version. Null if there is none yet. */
export async function readNewest(tx: Tx): Promise<VersionRow | null> {
  const row = await tx.settingsVersion.findFirst({ orderBy: { version: 'desc' } });
  return row && readRow(row);
}

/** Reads versions by number, in no particular order. Versions that do not exist are left out. */
export async function readVersions(tx: Tx, versions: readonly number[]): Promise<readonly VersionRow[]> {
  const rows = await tx.settingsVersion.findMany({ where: { version: { in: [...versions] } } });
  return rows.map(readRow);
}

/** Reads versions older than `before`, newest first. */
export async function listVersions(
  tx: Tx,
  { before, limit }: { readonly before: number | undefined; readonly limit: number },
): Promise<readonly VersionRow[]> {
  const where = before === undefined ? {} : { version: { lt: before } };
  const rows = await tx.settingsVersion.findMany({ where, orderBy: { version: 'desc' }, take: limit });
  return rows.map(readRow);
}

/** Appends a version. */
export async function insertVersion(tx: Tx, { document, ...row }: VersionRow): Promise<void> {
  await tx.settingsVersion.create({ data: { ...row, document: formatDocument(document) } });
}
