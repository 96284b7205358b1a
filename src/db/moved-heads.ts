import type { Client, Db, StreamKind, Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { sql } from './sql.ts';

/** The head of a stream, as far as a node knows it. */
export interface KnownHead {
  readonly id: bigint;
  readonly lastSeq: number;
  /** For an account: how often the user's own markers had moved. */
  readonly markerCount: number;
}

/** The head of a stream. */
export interface HeadRow {
  readonly id: bigint;
  readonly kind: StreamKind;
  readonly lastSeq: number;
  readonly lastOrdinal: number;
}

// MariaDB builds a table of 900 streams in 2 ms. No other statement waits for longer than that.
const headsAtOnce = 900;

/**
 * Returns those of these streams that have moved past the known head.
 *
 * The database compares, because nearly all streams are unchanged (decision 43). Reading the rows of 5,600 streams took a node 50 ms of
 * CPU, in blocks of 15 ms in which nothing else ran; this takes 4 ms.
 */
export async function selectMovedHeads(
  { dialect }: Pick<Db, 'dialect'>,
  tx: Tx | Client,
  known: readonly KnownHead[],
): Promise<readonly HeadRow[]> {
  const read = async (piece: readonly KnownHead[]) => {
    // Ids as text: JSON has no exact integers past 2^53.
    const heads = JSON.stringify(piece.map(({ id, lastSeq, markerCount }) => [String(id), lastSeq, markerCount]));
    const table =
      dialect === 'sqlite'
        ? sql`(SELECT CAST(value ->> 0 AS INTEGER) AS id, value ->> 1 AS seq, value ->> 2 AS markers FROM json_each(${heads})) AS k CROSS JOIN`
        : sql`JSON_TABLE(${heads}, '$[*]' COLUMNS (id BIGINT PATH '$[0]', seq INT PATH '$[1]', markers INT PATH '$[2]')) AS k STRAIGHT_JOIN`;
    const rows = await tx.$queryRaw<HeadRow[]>(sql`SELECT s.id, s.kind, s.lastSeq, s.lastOrdinal FROM ${table} Stream s ON s.id = k.id
      WHERE s.lastSeq > k.seq OR (s.kind = 'ACCOUNT' AND s.lastOrdinal > k.markers)`);
    // Numbers are bigint on one of the databases.
    return rows.map((row) => ({ ...row, id: BigInt(row.id), lastSeq: Number(row.lastSeq), lastOrdinal: Number(row.lastOrdinal) }));
  };
  return inPieces(known, read, headsAtOnce);
}
