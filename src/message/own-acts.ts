import { inPieces, type Tx } from '../db/index.ts';
import type { MessageRef } from './message.ts';
import { readMessages } from './store.ts';

/** A stretch of what a user has done to a conversation's messages. */
export interface OwnActs<A> {
  /** By message, ascending. */
  readonly acts: readonly A[];
  /** Past which message to go on; null: there is no more. */
  readonly after: number | null;
}

/** Something that a user has done to a message. */
interface OwnAct extends MessageRef {
  /** When; null where that is not known. */
  readonly at: Date | null;
}

/** An emoji that a user has put on a message. */
export interface OwnReacted extends OwnAct {
  readonly emoji: string;
}

/** What a user has chosen of a message's poll. When is not known of an anonymous one. */
export interface OwnVoted extends OwnAct {
  /** What it says. */
  readonly option: string;
}

/** Names what is to be read: of a conversation, past a message. */
export interface OwnActsRequest {
  readonly conversationId: bigint;
  readonly after: number;
}

// Of everybody's: the keys have the user last, and a file that somebody asks for now and then is not worth what an index would cost each vote and reaction. So many take MariaDB
// some 5 ms; a statement reads them, and the rest of one message's.
const rowsAtOnce = 5_000;

/** What a user has put on messages of a conversation, stretch by stretch, for a file of their own. */
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

/** What a user has chosen of polls of a conversation, stretch by stretch, for a file of their own. */
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
    // Of one that was taken back by a node that knows no polls.
    return option === undefined ? [] : { conversationId, seq: messageSeq, option, at: at(seq) };
  });
  return { acts, after: upTo };
}

function stretch(after: number, upTo: number | null): { readonly gt: number; readonly lte?: number } {
  return upTo === null ? { gt: after } : { gt: after, lte: upTo };
}

/** When these were done, by their entries. */
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
