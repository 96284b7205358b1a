import type { Tx } from './db.ts';
import { inPieces, writeInPieces } from './pieces.ts';
import { byKey, selectRows } from './select.ts';
import { join, sql } from './sql.ts';

/** A row of AttachedMessage: an attachment of this kind belongs to the message. */
export interface AttachedRow {
  readonly conversationId: bigint;
  /** From 1 to 4. The model AttachedMessage names them. */
  readonly kind: number;
  readonly seq: number;
}

// The key has `kind` before `seq`, so a lookup by seq has to name all kinds.
const ofAnyKind = sql`kind IN (1, 2, 3, 4)`;

/** Inserts rows, many per statement. */
export async function insertAttached(tx: Tx, rows: readonly AttachedRow[]): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    const values = piece.map(({ conversationId, kind, seq }) => sql`(${conversationId}, ${kind}, ${seq})`);
    await tx.$executeRaw(sql`INSERT INTO AttachedMessage (conversationId, kind, seq) VALUES ${join(values)}`);
  });
}

/** Deletes all rows of some messages of a conversation. `seqs` must not be empty. */
export async function deleteAttached(tx: Tx, conversationId: bigint, seqs: readonly number[]): Promise<void> {
  await tx.$executeRaw(
    sql`DELETE FROM AttachedMessage WHERE conversationId = ${conversationId} AND ${ofAnyKind} AND seq IN (${join([...seqs])})`,
  );
}

/** Deletes all rows of a range of a conversation: `after` is exclusive, `upTo` inclusive. */
export async function deleteAttachedWithin(
  tx: Tx,
  { conversationId, after, upTo }: { readonly conversationId: bigint; readonly after: number; readonly upTo: number },
): Promise<void> {
  await tx.$executeRaw(
    sql`DELETE FROM AttachedMessage WHERE conversationId = ${conversationId} AND ${ofAnyKind} AND seq > ${after} AND seq <= ${upTo}`,
  );
}

/** Reads the rows of ranges of conversations, in no order. Both bounds are inclusive. */
export function selectAttached(
  tx: Tx,
  stretches: readonly { readonly conversationId: bigint; readonly from: number; readonly to: number }[],
): Promise<AttachedRow[]> {
  return inPieces(stretches, (piece) => {
    const either = piece.map(
      ({ conversationId, from, to }) => sql`(conversationId = ${conversationId} AND ${ofAnyKind} AND seq >= ${from} AND seq <= ${to})`,
    );
    return selectRows(tx, 'AttachedMessage', join(either, ' OR '), byKey);
  });
}
