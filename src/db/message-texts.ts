import type { Db, Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { kindsOf } from './select.ts';
import { empty, join, raw, sql } from './sql.ts';
import { type RawRow, rowReader, wholeRow } from './whole-row.ts';

/** A range of a conversation, and how many of its messages to read, from the newest back. Both bounds are inclusive. */
export interface TextRange {
  readonly conversationId: bigint;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** The text and attachments of a message, as stored. */
export interface TextRow {
  readonly seq: number;
  readonly text: string;
  readonly attachments: string | null;
}

const kinds = kindsOf('Message', ['seq', 'text', 'attachments']);
const readRow = rowReader<TextRow>(kinds);

// Both indexes have the order of the result. Without the hint, servers may sort.
const byPlace = raw('/*! FORCE INDEX (PRIMARY) */');
const bySender = raw('/*! FORCE INDEX (Message_conversationId_senderId_seq_idx) */');

/** The ranges and conditions of the messages to read. */
export interface TextsAsked {
  readonly ranges: readonly TextRange[];
  /** Null: of any sender. */
  readonly senderId: bigint | null;
  /** Only messages sent at this time or later. */
  readonly sentFrom?: Date | undefined;
  /** Only messages sent before this time. */
  readonly sentBefore?: Date | undefined;
}

/**
 * Reads the texts of messages in at most fifty ranges, the newest first in each. Returns them in the order of `ranges`.
 *
 * Messages of another time are read and skipped, so the ranges should not be long. Only the columns that a search compares are read,
 * because transferring them is most of the cost of a search.
 */
export async function selectTexts(
  { dialect }: Pick<Db, 'dialect'>,
  tx: Tx,
  { ranges, senderId, sentFrom, sentBefore }: TextsAsked,
): Promise<readonly (readonly TextRow[])[]> {
  const [index, said] = senderId === null ? [byPlace, sql``] : [bySender, sql`AND senderId = ${senderId}`];
  const from = sentFrom === undefined ? empty : sql`AND sentAt >= ${sentFrom}`;
  const before = sentBefore === undefined ? empty : sql`AND sentAt < ${sentBefore}`;
  const select = dialect === 'sqlite' ? together : oneByOne;
  const selects = ranges.map(({ conversationId, limit, ...range }, place) =>
    select(
      place,
      sql`FROM Message ${index} WHERE conversationId = ${conversationId} ${said} AND seq >= ${range.from} AND seq <= ${range.to} ${from} ${before} ORDER BY seq DESC LIMIT ${limit}`,
    ),
  );
  const found: TextRow[][] = ranges.map(() => []);
  for (const row of await tx.$queryRaw<readonly RawRow[]>(join(selects, ' UNION ALL '))) {
    found[Number(row['place'])]?.push(...(dialect === 'sqlite' ? rowsOf(row) : [readRow(row)]));
  }
  return found.map((rows) => rows.toSorted((one, other) => other.seq - one.seq));
}

// Not aggregated: MariaDB truncates JSON_ARRAYAGG at group_concat_max_len, which is 1 MiB.
function oneByOne(place: number, from: Prisma.Sql): Prisma.Sql {
  return sql`(SELECT ${place} AS place, ${wholeRow(kinds)} ${from})`;
}

// Prisma converts each column of each row from SQLite. Reading all rows as one text takes a quarter of the time.
function together(place: number, from: Prisma.Sql): Prisma.Sql {
  return sql`SELECT ${place} AS place, json_group_array(json_array(seq, text, attachments)) AS packed FROM (SELECT seq, text, attachments ${from})`;
}

function rowsOf({ packed }: RawRow): readonly TextRow[] {
  const rows = JSON.parse(String(packed)) as readonly (readonly [number, string, string | null])[];
  return rows.map(([seq, text, attachments]) => ({ seq, text, attachments }));
}
