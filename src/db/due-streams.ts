import { compareIds } from '../compare-ids.ts';
import type { Db, StreamKind, Tx } from './db.ts';
import { inPieces, writeInPieces } from './pieces.ts';
import { selectRows } from './select.ts';
import { join, sql } from './sql.ts';

/** A stream, and how far the effects of its entries are done: up to `jobSeq`. */
export interface DueStream {
  readonly id: bigint;
  readonly kind: StreamKind;
  readonly jobSeq: number;
  readonly lastSeq: number;
  /** When its newest entry was committed. */
  readonly lastAt: Date;
}

/** The seq up to which a stream's effects are done. */
export interface Settled {
  readonly id: bigint;
  readonly upTo: number;
}

/** Reads due streams with an id past `after`, in id order. */
export async function selectDue(
  tx: Tx,
  { after, limit }: { readonly after: bigint; readonly limit: number },
): Promise<readonly DueStream[]> {
  const rows = await selectRows(tx, 'Stream', sql`jobsDue = 1 AND id > ${after} ORDER BY id LIMIT ${limit}`, {
    index: 'Stream_jobsDue_id_idx',
  });
  return rows.map(dueStream);
}

/** Reads how far the effects of streams are done, due or not, in the order of `ids`. Null: no such stream. */
export async function readDue(tx: Tx, ids: readonly bigint[]): Promise<readonly (DueStream | null)[]> {
  const rows = await inPieces(ids, (piece) => selectRows(tx, 'Stream', sql`id IN (${join([...piece])})`));
  const found = new Map(rows.map((row) => [row.id, dueStream(row)]));
  return ids.map((id) => found.get(id) ?? null);
}

/** Counts the due streams. */
export async function countDue(tx: Tx): Promise<number> {
  const [row] = await tx.$queryRaw<readonly { readonly streams: bigint | number }[]>(
    sql`SELECT COUNT(*) AS streams FROM Stream WHERE jobsDue = 1`,
  );
  return Number(row?.streams ?? 0);
}

/** Stores up to which seq effects are done; the stored seq only rises. A stream without later entries is no longer due. */
export async function markEffectsDone({ dialect }: Pick<Db, 'dialect'>, tx: Tx, settled: readonly Settled[]): Promise<void> {
  // All transactions lock streams in id order, which avoids deadlocks.
  const sorted = settled.toSorted((one, other) => compareIds(one.id, other.id));
  await writeInPieces(sorted, async (piece) => {
    const to = join(
      piece.map(({ id, upTo }) => sql`SELECT ${id} AS id, ${upTo} AS upTo`),
      ' UNION ALL ',
    );
    await tx.$executeRaw(
      dialect === 'sqlite'
        ? sql`UPDATE Stream SET jobSeq = v.upTo, jobsDue = Stream.lastSeq > v.upTo
              FROM (${to}) AS v WHERE Stream.id = v.id AND Stream.jobSeq < v.upTo`
        : sql`UPDATE (${to}) AS v STRAIGHT_JOIN Stream s ON s.id = v.id
              SET s.jobsDue = s.lastSeq > v.upTo, s.jobSeq = v.upTo WHERE s.jobSeq < v.upTo`,
    );
  });
}

function dueStream({ id, kind, jobSeq, lastSeq, lastAt }: Omit<DueStream, 'kind'> & { readonly kind: string }): DueStream {
  return { id, kind: kind as StreamKind, jobSeq, lastSeq, lastAt };
}
