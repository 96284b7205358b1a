import type { Tx } from './db.ts';
import { isNotDissolved } from './not-dissolved.ts';
import { empty, raw, sql } from './sql.ts';

/** The marks that a user has put on conversations, as a filter. Absent: with or without the mark. */
export interface Marks {
  readonly pinned?: boolean | undefined;
  readonly archived?: boolean | undefined;
}

/** A page of a user's conversations. */
export interface ShownRange {
  readonly userId: bigint;
  readonly limit: number;
  readonly marks?: Marks | undefined;
  /** Only conversations below this place in the order. Null: from the top. */
  readonly before: { readonly activeAt: Date; readonly id: bigint } | null;
}

/** A conversation that is shown to a user: its place in the order, its head, and from where the user may read it. */
export interface ShownRow {
  readonly id: bigint;
  readonly activeAt: Date;
  readonly lastSeq: number;
  readonly lastOrdinal: number;
  readonly fromSeq: number;
  readonly clearedSeq: number;
  /** The user's read marker, and the seq from which they have marked the conversation as unread. Null: not marked. */
  readonly readSeq: number;
  readonly markedUnreadFromSeq: number | null;
}

/** Reads the conversations that are shown to a user, by latest activity and id, both descending. */
export async function listShown(tx: Tx, { userId, limit, marks = {}, before }: ShownRange): Promise<readonly ShownRow[]> {
  const below =
    before === null ? sql`` : sql`AND (s.activeAt < ${before.activeAt} OR (s.activeAt = ${before.activeAt} AND s.id < ${before.id}))`;
  const rows = await tx.$queryRaw<Told[]>(sql`
    SELECT s.id AS id, s.activeAt AS activeAt, s.lastSeq AS lastSeq, s.lastOrdinal AS lastOrdinal, CASE WHEN s.floorSeq >= m.fromSeq THEN s.floorSeq + 1 ELSE m.fromSeq END AS fromSeq, m.clearedSeq AS clearedSeq,
      m.readSeq AS readSeq, m.markedUnreadFromSeq AS markedUnreadFromSeq
    FROM Membership m JOIN Stream s ON s.id = m.conversationId
    WHERE m.userId = ${userId} AND m.state = 'ACTIVE' AND m.shown = 1 AND ${isNotDissolved('m')} ${markedAs('pinned', marks.pinned)} ${markedAs('archived', marks.archived)} ${below}
    ORDER BY s.activeAt DESC, s.id DESC
    LIMIT ${limit}`);
  return rows.map(({ id, activeAt, ...row }) => ({
    ...{ id: BigInt(id), activeAt, lastSeq: Number(row.lastSeq), lastOrdinal: Number(row.lastOrdinal) },
    ...{ fromSeq: Number(row.fromSeq), clearedSeq: Number(row.clearedSeq), readSeq: Number(row.readSeq) },
    markedUnreadFromSeq: row.markedUnreadFromSeq === null ? null : Number(row.markedUnreadFromSeq),
  }));
}

function markedAs(mark: keyof Marks, wanted: boolean | undefined) {
  return wanted === undefined ? empty : sql`AND ${raw(`m.${mark}`)} = ${Number(wanted)}`;
}

type Told = Pick<ShownRow, 'activeAt'> & { readonly markedUnreadFromSeq: bigint | number | null } & {
  readonly [C in Exclude<keyof ShownRow, 'activeAt' | 'markedUnreadFromSeq'>]: bigint | number;
};
