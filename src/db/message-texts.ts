import type { Db, Tx } from './db.ts';
import type { Prisma } from './generated/mysql/client.ts';
import { kindsOf } from './select.ts';
import { empty, join, raw, sql } from './sql.ts';
import { type Found, rowReader, wholeRow } from './whole-row.ts';

/** A stretch of a conversation, and how much of it is read from its newest message back. Bounds are inclusive. */
export interface TextRange {
  readonly conversationId: bigint;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** What a message says, as its row has it. */
export interface TextRow {
  readonly seq: number;
  readonly text: string;
  readonly attachments: string | null;
}

const kinds = kindsOf('Message', ['seq', 'text', 'attachments']);
const readRow = rowReader<TextRow>(kinds);

// Both end in the order that is read; where one is not named, servers may sort.
const byPlace = raw('/*! FORCE INDEX (PRIMARY) */');
const bySender = raw('/*! FORCE INDEX (Message_conversationId_senderId_seq_idx) */');

/** Which of the messages that stand there. */
export interface TextsAsked {
  readonly ranges: readonly TextRange[];
  /** Null: anybody's. */
  readonly senderId: bigint | null;
  /** Said at this moment or later. */
  readonly sentFrom?: Date | undefined;
  /** Said earlier than this. */
  readonly sentBefore?: Date | undefined;
}

/**
 * What was said in stretches, the newest first in each; at most fifty stretches. Of another time it is passed over, for which the stretches should not be long. Nothing but what is looked through, for to bring it
 * here is most of what a search costs.
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
  for (const row of await tx.$queryRaw<readonly Found[]>(join(selects, ' UNION ALL '))) {
    found[Number(row['place'])]?.push(...(dialect === 'sqlite' ? rowsOf(row) : [readRow(row)]));
  }
  return found.map((rows) => rows.toSorted((one, other) => other.seq - one.seq));
}

// Not all of a stretch at once: MariaDB cuts JSON_ARRAYAGG off at group_concat_max_len, which is 1 MiB.
function oneByOne(place: number, from: Prisma.Sql): Prisma.Sql {
  return sql`(SELECT ${place} AS place, ${wholeRow(kinds)} ${from})`;
}

// Prisma makes a value of each column of each row that SQLite gives: of one text for all rows it takes a quarter of the time.
function together(place: number, from: Prisma.Sql): Prisma.Sql {
  return sql`SELECT ${place} AS place, json_group_array(json_array(seq, text, attachments)) AS packed FROM (SELECT seq, text, attachments ${from})`;
}

function rowsOf({ packed }: Found): readonly TextRow[] {
  const rows = JSON.parse(String(packed)) as readonly (readonly [number, string, string | null])[];
  return rows.map(([seq, text, attachments]) => ({ seq, text, attachments }));
}
