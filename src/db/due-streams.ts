import type { Db, StreamKind, Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { selectRows } from './select.ts';
import { join, sql } from './sql.ts';

/** A stream whose entries past `jobSeq` have effects that are not done. */
export interface DueStream {
  readonly id: bigint;
  readonly kind: StreamKind;
  readonly jobSeq: number;
  readonly lastSeq: number;
  /** When its newest entry was logged. */
  readonly lastAt: Date;
}

/** Up to where a stream's effects are done. */
export interface Settled {
  readonly id: bigint;
  readonly upTo: number;
}

/** Due streams past an id, in id order. */
export async function selectDue(
  tx: Tx,
  { after, limit }: { readonly after: bigint; readonly limit: number },
): Promise<readonly DueStream[]> {
  const rows = await selectRows(tx, 'Stream', sql`jobsDue = 1 AND id > ${after} ORDER BY id LIMIT ${limit}`, {
    index: 'Stream_jobsDue_id_idx',
  });
  return rows.map(dueStream);
}

/** How these streams stand with their effects, due or not, in the order asked for; null: there is no such stream. */
export async function readDue(tx: Tx, ids: readonly bigint[]): Promise<readonly (DueStream | null)[]> {
  const rows = await inPieces(ids, (piece) => selectRows(tx, 'Stream', sql`id IN (${join([...piece])})`));
  const found = new Map(rows.map((row) => [row.id, dueStream(row)]));
  return ids.map((id) => found.get(id) ?? null);
}

/** How many streams are due. */
export async function countDue(tx: Tx): Promise<number> {
  const [row] = await tx.$queryRaw<readonly { readonly streams: bigint | number }[]>(
    sql`SELECT COUNT(*) AS streams FROM Stream WHERE jobsDue = 1`,
  );
  return Number(row?.streams ?? 0);
}

/** Notes up to where effects are done, only ever upwards; a stream to which nothing has been added since is due no more. */
export async function settleStreams({ dialect }: Pick<Db, 'dialect'>, tx: Tx, settled: readonly Settled[]): Promise<void> {
  // In id order, as everybody locks streams.
  const sorted = settled.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  await inPieces(sorted, async (piece) => {
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
    return [];
  });
}

function dueStream({ id, kind, jobSeq, lastSeq, lastAt }: Omit<DueStream, 'kind'> & { readonly kind: string }): DueStream {
  return { id, kind: kind as StreamKind, jobSeq, lastSeq, lastAt };
}
