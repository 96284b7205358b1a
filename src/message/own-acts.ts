import { inPieces, type Tx } from '../db/index.ts';
import type { MessageRef } from './message.ts';
import { readMessages } from './store.ts';

/** A part of a user's reactions or votes in a conversation. */
export interface OwnActs<A> {
  /** By message, ascending. */
  readonly acts: readonly A[];
  /** The seq of the message to continue after; null: there are no more. */
  readonly after: number | null;
}

/** A reaction or vote of a user. */
interface OwnAct extends MessageRef {
  /** Null if the time is not known. */
  readonly at: Date | null;
}

/** A reaction of a user. */
export interface OwnReacted extends OwnAct {
  readonly emoji: string;
}

/** A vote of a user. Its time is not known if the poll is anonymous. */
export interface OwnVoted extends OwnAct {
  /** The option's text. */
  readonly option: string;
}

/** What to read: acts in a conversation, on messages after a seq. */
export interface OwnActsRequest {
  readonly conversationId: bigint;
  readonly after: number;
}

// Counts the rows of all users. The keys have the user last, and an index for this rare export would cost every vote and reaction. A
// statement reads this many rows, and the rest of one message's; MariaDB takes some 5 ms for it.
const rowsAtOnce = 5_000;

/** Returns a part of a user's reactions to messages of a conversation, for the export of their data. */
export async function reactionsBy(tx: Tx, userId: bigint, { conversationId, after }: OwnActsRequest): Promise<OwnActs<OwnReacted>> {
  const [last] = await tx.reaction.findMany({
    where: { conversationId, messageSeq: { gt: after } },
    orderBy: [{ messageSeq: 'asc' }, { emoji: 'asc' }, { userId: 'asc' }],
    select: { messageSeq: true },
    skip: rowsAtOnce - 1,
    take: 1,
  });
  const upTo = last?.messageSeq ?? null;
  const rows = await tx.reaction.findMany({
    where: { conversationId, messageSeq: stretch(after, upTo), userId },
    orderBy: [{ messageSeq: 'asc' }, { emoji: 'asc' }],
  });
  const at = await timesOf(tx, conversationId, rows);
  return { acts: rows.map(({ messageSeq, emoji, seq }) => ({ conversationId, seq: messageSeq, emoji, at: at(seq) })), after: upTo };
}

/** Returns a part of a user's votes in polls of a conversation, for the export of their data. */
export async function votesBy(tx: Tx, userId: bigint, { conversationId, after }: OwnActsRequest): Promise<OwnActs<OwnVoted>> {
  const [last] = await tx.pollVote.findMany({
    where: { conversationId, messageSeq: { gt: after } },
    orderBy: [{ messageSeq: 'asc' }, { choice: 'asc' }, { userId: 'asc' }],
    select: { messageSeq: true },
    skip: rowsAtOnce - 1,
    take: 1,
  });
  const upTo = last?.messageSeq ?? null;
  const rows = await tx.pollVote.findMany({
    where: { conversationId, messageSeq: stretch(after, upTo), userId },
    orderBy: [{ messageSeq: 'asc' }, { choice: 'asc' }],
  });
  const seqs = [...new Set(rows.map(({ messageSeq }) => messageSeq))];
  const messages = await readMessages(
    tx,
    seqs.map((seq) => ({ conversationId, seq })),
  );
  const polls = new Map(messages.map((message) => [message?.seq, message?.poll?.options]));
  const at = await timesOf(tx, conversationId, rows);
  const acts = rows.flatMap(({ messageSeq, choice, seq }): OwnVoted | [] => {
    const option = polls.get(messageSeq)?.[choice];
    // The message was recalled by a node of an earlier release, which does not know polls.
    return option === undefined ? [] : { conversationId, seq: messageSeq, option, at: at(seq) };
  });
  return { acts, after: upTo };
}

function stretch(after: number, upTo: number | null): { readonly gt: number; readonly lte?: number } {
  return upTo === null ? { gt: after } : { gt: after, lte: upTo };
}

/** Returns the times of these acts, by their entries. */
async function timesOf(
  tx: Tx,
  streamId: bigint,
  rows: readonly { readonly seq: number | null }[],
): Promise<(seq: number | null) => Date | null> {
  const seqs = [...new Set(rows.flatMap(({ seq }) => seq ?? []))];
  const entries = await inPieces(seqs, (piece) =>
    tx.entry.findMany({ where: { streamId, seq: { in: [...piece] } }, select: { seq: true, at: true } }),
  );
  const found = new Map<number | null, Date>(entries.map(({ seq, at }) => [seq, at]));
  return (seq) => found.get(seq) ?? null;
}
