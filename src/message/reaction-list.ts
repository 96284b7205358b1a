import { inPieces, sql, type Tx } from '../db/index.ts';
import type { MessageRef, Part, ReactionCount, ReactorsRequest } from './message.ts';
import { byMessage, listUsers, type OnMessage, onMessages } from './on-message.ts';
import { refKey } from './store.ts';

interface Standing extends OnMessage {
  readonly emoji: string;
  readonly firstSeq: bigint | number;
}

interface Counted extends Standing {
  readonly count: bigint | number;
}

/**
 * Returns the number of reactions with each emoji on each message, in the order asked for. On a message, the emoji that was used first
 * comes first.
 */
export async function countReactions(tx: Tx, refs: readonly MessageRef[]): Promise<readonly (readonly ReactionCount[])[]> {
  const rows = await inPieces(refs, (piece) =>
    tx.$queryRaw<Counted[]>(sql`
      SELECT conversationId, messageSeq, emoji, COUNT(*) AS count, MIN(seq) AS firstSeq FROM Reaction
      WHERE ${onMessages(piece)} GROUP BY conversationId, messageSeq, emoji`),
  );
  const found = byMessage(rows.toSorted(byFirst));
  return refs.map(({ conversationId, seq }) =>
    (found.get(refKey({ conversationId, seq })) ?? []).map(({ emoji, count }) => ({ conversationId, seq, emoji, count: Number(count) })),
  );
}

/** Returns the emojis with which a user reacted to each message, in the order asked for. On a message, the earliest comes first. */
export async function listOwnReactions(tx: Tx, userId: bigint, refs: readonly MessageRef[]): Promise<readonly (readonly string[])[]> {
  const rows = await inPieces(refs, (piece) =>
    tx.$queryRaw<Standing[]>(sql`
      SELECT conversationId, messageSeq, emoji, seq AS firstSeq FROM Reaction WHERE ${onMessages(piece)} AND userId = ${userId}`),
  );
  const found = byMessage(rows.toSorted(byFirst));
  return refs.map((ref) => (found.get(refKey(ref)) ?? []).map(({ emoji }) => emoji));
}

function byFirst(one: Standing, other: Standing): number {
  return Number(one.firstSeq) - Number(other.firstSeq);
}

/**
 * Returns the users who reacted to a message with an emoji, by id, for each page asked for. One statement, which reads a few rows of the
 * key for each page.
 */
export function listReactors(tx: Tx, requests: readonly ReactorsRequest[]): Promise<readonly Part<bigint>[]> {
  return listUsers(tx, requests, ({ conversationId, seq, emoji, first, after = 0n }) => {
    return sql`SELECT userId FROM Reaction
      WHERE conversationId = ${conversationId} AND messageSeq = ${seq} AND emoji = ${emoji} AND userId > ${after}
      ORDER BY userId LIMIT ${first + 1}`;
  });
}
