import type { Tx } from './db.ts';
import { isNotDissolved } from './not-dissolved.ts';
import { empty, sql } from './sql.ts';

/** A thread's place in a user's list of threads. */
export interface ThreadPlace {
  /** When its newest reply was sent. */
  readonly at: Date;
  readonly conversationId: bigint;
  readonly rootSeq: number;
}

/** A page of the threads that a user takes part in. */
export interface ThreadRange {
  readonly userId: bigint;
  readonly limit: number;
  /** Only threads of this conversation. */
  readonly conversationId: bigint | undefined;
  /** Only threads with unread replies, or only those without. Absent: both. */
  readonly unread: boolean | undefined;
  /** Only threads below this place in the order. Null: from the top. */
  readonly before: ThreadPlace | null;
}

/** A thread, the newest reply in it that the user sees, and the head of its conversation when it was read. */
export interface ListedThreadRow extends ThreadPlace {
  readonly replySeq: number;
  readonly lastSeq: number;
  readonly lastOrdinal: number;
}

type Told = Pick<ListedThreadRow, 'at'> & { readonly [C in Exclude<keyof ListedThreadRow, 'at'>]: bigint | number };

/**
 * Reads the threads that a user takes part in and sees a reply in, of the conversations that are shown to the user. Ordered by newest
 * reply, conversation and root, all descending.
 *
 * Reads all of the user's threads, each by some rows by key. An order that is stored for every participant would cost a write per
 * participant with each reply.
 */
export async function listThreads(
  tx: Tx,
  { userId, limit, conversationId, unread, before }: ThreadRange,
): Promise<readonly ListedThreadRow[]> {
  const within = conversationId === undefined ? empty : sql`AND p.conversationId = ${conversationId}`;
  const asked = unread === undefined ? empty : unread ? sql`AND ${waits(userId)}` : sql`AND NOT ${waits(userId)}`;
  const rows = await tx.$queryRaw<Told[]>(sql`
    SELECT t.conversationId AS conversationId, t.rootSeq AS rootSeq, t.replySeq AS replySeq, r.sentAt AS at, s.lastSeq AS lastSeq, s.lastOrdinal AS lastOrdinal
    FROM (
      SELECT p.conversationId AS conversationId, p.rootSeq AS rootSeq, p.readSeq AS readSeq, m.fromSeq AS fromSeq, m.joinedSeq AS joinedSeq,
        m.clearedSeq AS clearedSeq, ${newestSeen(userId)} AS replySeq
      FROM ThreadPart p
      JOIN Membership m ON m.conversationId = p.conversationId AND m.userId = p.userId AND m.state = 'ACTIVE' AND m.shown = 1
      WHERE p.userId = ${userId} ${within} AND ${isNotDissolved('m')}
    ) t
    JOIN Message r ON r.conversationId = t.conversationId AND r.seq = t.replySeq
    JOIN Stream s ON s.id = t.conversationId
    WHERE t.replySeq >= t.fromSeq AND t.replySeq > t.clearedSeq ${asked} ${below(before)}
    ORDER BY r.sentAt DESC, t.conversationId DESC, t.rootSeq DESC
    LIMIT ${limit}`);
  return rows.map(({ at, ...row }) => ({
    ...{ at, conversationId: BigInt(row.conversationId), rootSeq: Number(row.rootSeq), replySeq: Number(row.replySeq) },
    ...{ lastSeq: Number(row.lastSeq), lastOrdinal: Number(row.lastOrdinal) },
  }));
}

// Cleared replies are excluded after the LIMIT: otherwise all replies of a cleared thread would be read. ORDER BY names the whole key, or
// MySQL would sort.
function newestSeen(userId: bigint) {
  return sql`(SELECT n.seq FROM Reply n WHERE n.conversationId = p.conversationId AND n.rootSeq = p.rootSeq
    AND (SELECT 1 FROM HiddenMessage h WHERE h.userId = ${userId} AND h.conversationId = n.conversationId AND h.seq = n.seq LIMIT 1) IS NULL
    ORDER BY n.conversationId DESC, n.rootSeq DESC, n.seq DESC LIMIT 1)`;
}

/** Condition: a reply of the thread counts as unread. The same rule as in ./thread-unread.ts. */
function waits(userId: bigint) {
  return sql`(t.replySeq > t.readSeq AND (SELECT 1 FROM Reply w WHERE w.conversationId = t.conversationId AND w.rootSeq = t.rootSeq
    AND w.seq > t.readSeq AND w.senderId <> ${userId} AND w.seq >= t.joinedSeq AND w.seq > t.clearedSeq
    AND (SELECT 1 FROM HiddenMessage h WHERE h.userId = ${userId} AND h.conversationId = w.conversationId AND h.seq = w.seq LIMIT 1) IS NULL
    LIMIT 1) IS NOT NULL)`;
}

function below(before: ThreadPlace | null) {
  if (before === null) return empty;
  const { at, conversationId, rootSeq } = before;
  return sql`AND (r.sentAt < ${at} OR (r.sentAt = ${at} AND
    (t.conversationId < ${conversationId} OR (t.conversationId = ${conversationId} AND t.rootSeq < ${rootSeq}))))`;
}
