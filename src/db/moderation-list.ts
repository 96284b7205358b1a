import type { Tx } from './db.ts';
import { raw, sql } from './sql.ts';

/** A page of the items of the moderation queue, in order of creation. */
export interface ModerationRange {
  readonly state: string;
  /** Null: of all kinds. */
  readonly kind: string | null;
  /** 16 bytes, exclusive. Null: from the beginning, or from the end if `newestFirst`. */
  readonly past: Uint8Array<ArrayBuffer> | null;
  readonly newestFirst: boolean;
  readonly limit: number;
}

// For a backward scan, MariaDB may enter the index at the beginning of the range and read half of it. SQLite reads the hint as a comment.
const byState = raw('/*! FORCE INDEX (ModerationItem_state_id_idx) */');
const byKind = raw('/*! FORCE INDEX (ModerationItem_state_kind_id_idx) */');
const byReporter = raw('/*! FORCE INDEX (ModerationReport_reporterId_itemId_idx) */');

/** Reads the ids of items. A raw statement, because Prisma does not compare bytes by order. */
export async function selectModerationItems(tx: Tx, range: ModerationRange): Promise<readonly Uint8Array[]> {
  const { state, kind, past, newestFirst, limit } = range;
  const ofKind = kind === null ? sql`` : sql`AND kind = ${kind}`;
  const order = newestFirst ? sql`DESC` : sql`ASC`;
  const from = past === null ? sql`` : newestFirst ? sql`AND id < ${past}` : sql`AND id > ${past}`;
  const rows = await tx.$queryRaw<readonly { readonly id: Uint8Array }[]>(
    sql`SELECT id FROM ModerationItem ${kind === null ? byState : byKind} WHERE state = ${state} ${ofKind} ${from} ORDER BY id ${order} LIMIT ${limit}`,
  );
  return rows.map(({ id }) => id);
}

/** Reads the ids of the items that a user has reported, in order of creation, past an id. Null: from the first. */
export async function selectReportedItems(
  tx: Tx,
  { reporterId, past, limit }: { readonly reporterId: bigint; readonly past: Uint8Array<ArrayBuffer> | null; readonly limit: number },
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const from = past === null ? sql`` : sql`AND itemId > ${past}`;
  const rows = await tx.$queryRaw<readonly { readonly itemId: Uint8Array }[]>(
    sql`SELECT itemId FROM ModerationReport ${byReporter} WHERE reporterId = ${reporterId} ${from} ORDER BY itemId LIMIT ${limit}`,
  );
  return rows.map(({ itemId }) => Uint8Array.from(itemId));
}
