import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { byKey, selectRows } from './select.ts';
import { join, sql } from './sql.ts';

/** That a file of a kind is attached to a message. */
export interface AttachedRow {
  readonly conversationId: bigint;
  /** From 1 to 4, as AttachedMessage has it. */
  readonly kind: number;
  readonly seq: number;
}

// The key has the kind before the seq: whoever looks by seq names them all.
const ofAnyKind = sql`kind IN (1, 2, 3, 4)`;

/** Enters what is attached to messages, many rows a statement. */
export async function insertAttached(tx: Tx, rows: readonly AttachedRow[]): Promise<void> {
  await inPieces(rows, async (piece) => {
    const values = piece.map(({ conversationId, kind, seq }) => sql`(${conversationId}, ${kind}, ${seq})`);
    await tx.$executeRaw(sql`INSERT INTO AttachedMessage (conversationId, kind, seq) VALUES ${join(values)}`);
    return [];
  });
}

/** Strikes out all that is attached to messages of a conversation, at least one of them. */
export async function deleteAttached(tx: Tx, conversationId: bigint, seqs: readonly number[]): Promise<void> {
  await tx.$executeRaw(
    sql`DELETE FROM AttachedMessage WHERE conversationId = ${conversationId} AND ${ofAnyKind} AND seq IN (${join([...seqs])})`,
  );
}

/** The same for a stretch, `after` excluded. */
export async function deleteAttachedWithin(
  tx: Tx,
  { conversationId, after, upTo }: { readonly conversationId: bigint; readonly after: number; readonly upTo: number },
): Promise<void> {
  await tx.$executeRaw(
    sql`DELETE FROM AttachedMessage WHERE conversationId = ${conversationId} AND ${ofAnyKind} AND seq > ${after} AND seq <= ${upTo}`,
  );
}

/** What is entered as attached in stretches of conversations, in no order. Bounds are inclusive. */
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
