import { inPieces, join, sql, type Tx } from '../db/index.ts';
import type { MessageRef, Part, ReactionCount, ReactorsRequest } from './message.ts';
import { refKey } from './store.ts';

interface Standing {
  readonly conversationId: bigint | number;
  readonly messageSeq: bigint | number;
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
      WHERE ${among(piece)} GROUP BY conversationId, messageSeq, emoji`),
  );
  const found = byMessage(rows);
  return refs.map(({ conversationId, seq }) =>
    (found.get(refKey({ conversationId, seq })) ?? []).map(({ emoji, count }) => ({ conversationId, seq, emoji, count: Number(count) })),
  );
}

/** Returns the emojis with which a user reacted to each message, in the order asked for. On a message, the earliest comes first. */
export async function listOwnReactions(tx: Tx, userId: bigint, refs: readonly MessageRef[]): Promise<readonly (readonly string[])[]> {
  const rows = await inPieces(refs, (piece) =>
    tx.$queryRaw<Standing[]>(sql`
      SELECT conversationId, messageSeq, emoji, seq AS firstSeq FROM Reaction WHERE ${among(piece)} AND userId = ${userId}`),
  );
  const found = byMessage(rows);
  return refs.map((ref) => (found.get(refKey(ref)) ?? []).map(({ emoji }) => emoji));
}

function among(refs: readonly MessageRef[]) {
  const groups = [...Map.groupBy(refs, ({ conversationId }) => conversationId)];
  const either = groups.map(
    ([conversationId, own]) => sql`(conversationId = ${conversationId} AND messageSeq IN (${join(own.map(({ seq }) => seq))}))`,
  );
  return sql`(${join(either, ' OR ')})`;
}

function byMessage<R extends Standing>(rows: readonly R[]): ReadonlyMap<string, readonly R[]> {
  const inOrder = rows.toSorted((one, other) => Number(one.firstSeq) - Number(other.firstSeq));
  return Map.groupBy(inOrder, ({ conversationId, messageSeq }) => `${conversationId}:${messageSeq}`);
}

/**
 * Returns the users who reacted to a message with an emoji, by id, for each page asked for. One statement, which reads a few rows of the
 * key for each page.
 */
export async function listReactors(tx: Tx, requests: readonly ReactorsRequest[]): Promise<readonly Part<bigint>[]> {
  const asked = requests.map((request, place) => ({ ...request, place }));
  const rows = await inPieces(asked, (piece) =>
    tx.$queryRaw<{ readonly place: bigint | number; readonly userId: bigint | number }[]>(join(piece.map(selectReactors), ' UNION ALL ')),
  );
  const found = Map.groupBy(rows, ({ place }) => Number(place));
  return requests.map(({ first }, place) => {
    const userIds = (found.get(place) ?? []).map(({ userId }) => BigInt(userId));
    return { items: userIds.slice(0, first), hasNextPage: userIds.length > first };
  });
}

// A derived table for each page: otherwise the databases do not both accept ORDER BY and LIMIT within a UNION.
function selectReactors({ conversationId, seq, emoji, first, after = 0n, place }: ReactorsRequest & { readonly place: number }) {
  return sql`SELECT ${place} AS place, r.userId FROM (SELECT userId FROM Reaction
    WHERE conversationId = ${conversationId} AND messageSeq = ${seq} AND emoji = ${emoji} AND userId > ${after}
    ORDER BY userId LIMIT ${first + 1}) r`;
}
