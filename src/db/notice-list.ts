import type { Tx } from './db.ts';
import { sql } from './sql.ts';

/** A notice's place among those of a user, by time of posting and id, both descending. */
export interface NoticePlace {
  readonly postedAt: Date;
  /** 16 bytes. */
  readonly id: Uint8Array<ArrayBuffer>;
}

/** A page of a user's notices. */
export interface NoticeRange {
  readonly userId: bigint;
  readonly limit: number;
  /** Only notices below this place. Null: from the top. */
  readonly before: NoticePlace | null;
}

// The seq excludes notices to everybody from before the user signed up. The time only keeps the index from being read to its end. A
// transaction may commit later than its time says, but never by this much, because every write has a deadline.
const slackMs = 3_600_000;

/**
 * Reads the places of the notices that are posted for a user, newest first: those to everybody since the user signed up, and those to the
 * user.
 */
export async function selectNotices(tx: Tx, { userId, limit, before }: NoticeRange): Promise<readonly Pick<NoticePlace, 'id'>[]> {
  const user = await tx.user.findUnique({ where: { id: userId }, select: { noticesAfterSeq: true, createdAt: true } });
  if (user === null) return [];
  const since = new Date(user.createdAt.getTime() - slackMs);
  const upTo = before?.postedAt ?? new Date('9999-12-31T00:00:00Z');
  const [toAll, toThem] = [
    before === null ? sql`` : sql`AND (n.postedAt < ${before.postedAt} OR n.id < ${before.id})`,
    before === null ? sql`` : sql`AND (r.postedAt < ${before.postedAt} OR r.noticeId < ${before.id})`,
  ];
  return await tx.$queryRaw<Pick<NoticePlace, 'id'>[]>(sql`
    SELECT id, postedAt FROM (
      SELECT n.id AS id, n.postedAt AS postedAt FROM Notice n
      WHERE n.audience = 'ALL' AND n.state = 'POSTED' AND n.postedAt >= ${since} AND n.postedAt <= ${upTo} AND n.seq > ${user.noticesAfterSeq} ${toAll}
      ORDER BY n.postedAt DESC, n.id DESC LIMIT ${limit}
    ) a
    UNION ALL
    SELECT id, postedAt FROM (
      SELECT /*! STRAIGHT_JOIN */ r.noticeId AS id, r.postedAt AS postedAt FROM NoticeRecipient r JOIN Notice m ON m.id = r.noticeId AND m.state = 'POSTED'
      WHERE r.userId = ${userId} AND r.state = 'POSTED' AND r.postedAt <= ${upTo} ${toThem}
      ORDER BY r.postedAt DESC, r.noticeId DESC LIMIT ${limit}
    ) b
    ORDER BY postedAt DESC, id DESC LIMIT ${limit}`);
}
