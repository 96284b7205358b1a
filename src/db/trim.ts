import { deleteAttachedWithin } from './attached-rows.ts';
import type { Tx } from './db.ts';
import type { EntryStretch } from './overdue-entries.ts';
import { join, sql } from './sql.ts';
import type { TrimStretch } from './trim-candidates.ts';

/**
 * Trims a range of a conversation, right after what was trimmed before. The transaction must hold the stream.
 *
 * Each message keeps its row, with its seq, ordinal, sender and `clientMessageId`, so that sending it again finds it. The row looks like a
 * message that was recalled at `at`. Everything else that was stored about the messages is deleted, and so are the entries of the range
 * (decision 70).
 */
export async function trimStretch(tx: Tx, { conversationId, after, upTo }: TrimStretch, at: Date): Promise<void> {
  const ofConversation = sql`conversationId = ${conversationId}`;
  const messages = sql`${ofConversation} AND seq > ${after} AND seq <= ${upTo}`;
  const aboutThem = sql`${ofConversation} AND messageSeq > ${after} AND messageSeq <= ${upTo}`;
  await trimThreads(tx, { conversationId, after, upTo });
  await tx.$executeRaw(sql`UPDATE Message SET text = '', attachments = NULL, data = NULL, poll = NULL, pollClosedAt = NULL, mentionIds = NULL, mentionsEveryone = 0, hasReactions = 0,
    pinnedAt = NULL, originId = NULL, originName = NULL, recalledAt = COALESCE(recalledAt, ${at}) WHERE ${messages}`);
  await tx.$executeRaw(sql`DELETE FROM MessageEdit WHERE ${aboutThem}`);
  await tx.$executeRaw(sql`DELETE FROM Mention WHERE ${aboutThem}`);
  await tx.$executeRaw(sql`DELETE FROM Reaction WHERE ${aboutThem}`);
  await tx.$executeRaw(sql`DELETE FROM PollVote WHERE ${aboutThem}`);
  await tx.$executeRaw(sql`DELETE FROM Pin WHERE ${aboutThem}`);
  await tx.$executeRaw(sql`DELETE FROM SavedMessage WHERE ${messages}`);
  await deleteAttachedWithin(tx, { conversationId, after, upTo });
  await trimEntries(tx, { streamId: conversationId, after, upTo });
}

/** Deletes the entries of a range that starts right past the floor, and moves the floor to its end. The transaction must hold the stream's lock. */
export async function trimEntries(tx: Tx, { streamId, after, upTo }: EntryStretch): Promise<void> {
  await tx.$executeRaw(sql`DELETE FROM Entry WHERE streamId = ${streamId} AND seq > ${after} AND seq <= ${upTo}`);
  await tx.$executeRaw(sql`UPDATE Stream SET floorSeq = ${upTo} WHERE id = ${streamId}`);
}

/** Removes the replies of a range from their threads. Participants stay, because the thread may have replies that are kept. */
async function trimThreads(tx: Tx, { conversationId, after, upTo }: TrimStretch): Promise<void> {
  const replies = await tx.$queryRaw<{ readonly rootSeq: bigint | number }[]>(sql`SELECT threadRootSeq AS rootSeq FROM Message
    WHERE conversationId = ${conversationId} AND seq > ${after} AND seq <= ${upTo} AND threadRootSeq IS NOT NULL`);
  if (replies.length === 0) return;
  const threads = [...Map.groupBy(replies, ({ rootSeq }) => Number(rootSeq))];
  const roots = join(threads.map(([rootSeq]) => rootSeq));
  const counts = join(
    threads.map(([rootSeq, { length }]) => sql`WHEN ${rootSeq} THEN ${length}`),
    ' ',
  );
  await tx.$executeRaw(
    sql`DELETE FROM Reply WHERE conversationId = ${conversationId} AND rootSeq IN (${roots}) AND seq > ${after} AND seq <= ${upTo}`,
  );
  await tx.$executeRaw(
    sql`UPDATE Message SET replyCount = replyCount - CASE seq ${counts} END WHERE conversationId = ${conversationId} AND seq IN (${roots})`,
  );
}
