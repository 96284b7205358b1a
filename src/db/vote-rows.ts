import type { Tx } from './db.ts';
import { writeInPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** A user's vote for an option of a message's poll. */
export interface VoteRow {
  readonly conversationId: bigint;
  /** Of the message. */
  readonly seq: number;
  readonly choice: number;
  readonly userId: bigint;
}

/** A vote, and the entry with which it was cast. Null if nobody may know when. */
export interface NewVoteRow extends VoteRow {
  readonly entrySeq: number | null;
}

/** Inserts votes, many rows per statement. */
export async function insertVotes(tx: Tx, rows: readonly NewVoteRow[]): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    const values = piece.map(
      ({ conversationId, seq, choice, userId, entrySeq }) => sql`(${conversationId}, ${seq}, ${choice}, ${userId}, ${entrySeq})`,
    );
    await tx.$executeRaw(sql`INSERT INTO PollVote (conversationId, messageSeq, choice, userId, seq) VALUES ${join(values)}`);
  });
}

/** Deletes votes, each by its key. */
export async function deleteVotes(tx: Tx, rows: readonly VoteRow[]): Promise<void> {
  await writeInPieces(rows, async (piece) => {
    const either = piece.map(
      ({ conversationId, seq, choice, userId }) =>
        sql`(conversationId = ${conversationId} AND messageSeq = ${seq} AND choice = ${choice} AND userId = ${userId})`,
    );
    await tx.$executeRaw(sql`DELETE FROM PollVote WHERE ${join(either, ' OR ')}`);
  });
}
