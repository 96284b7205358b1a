import { inPieces, join, sql, type Tx } from '../db/index.ts';
import type { ParticipantsRequest } from './message.ts';

/**
 * Returns the participants of each thread, in the order asked for: the author of its root, then the others by their first reply. One
 * statement, which reads a few rows of an index for each thread.
 */
export async function listParticipants(tx: Tx, threads: readonly ParticipantsRequest[]): Promise<readonly (readonly bigint[])[]> {
  const asked = threads.map((thread, place) => ({ ...thread, place }));
  const rows = await inPieces(asked, (piece) =>
    tx.$queryRaw<{ readonly [C in 'place' | 'userId' | 'sinceSeq']: bigint | number }[]>(
      join(piece.map(selectParticipants), ' UNION ALL '),
    ),
  );
  const found = Map.groupBy(rows, ({ place }) => Number(place));
  return threads.map((_, place) => (found.get(place) ?? []).toSorted(bySince).map(({ userId }) => BigInt(userId)));
}

// A derived table for each thread: otherwise the databases do not both accept ORDER BY and LIMIT within a UNION. The order names all
// columns of the index, because MySQL would sort otherwise.
function selectParticipants({ conversationId, seq, first, place }: ParticipantsRequest & { readonly place: number }) {
  return sql`SELECT ${place} AS place, f.userId, f.sinceSeq FROM (
    SELECT w.userId, w.sinceSeq FROM ThreadPart w /*! FORCE INDEX (ThreadPart_conversationId_rootSeq_sinceSeq_userId_idx) */
    WHERE w.conversationId = ${conversationId} AND w.rootSeq = ${seq}
    ORDER BY w.conversationId, w.rootSeq, w.sinceSeq, w.userId LIMIT ${first}) f`;
}

// A UNION does not keep an order.
function bySince(one: Since, other: Since): number {
  return Number(one.sinceSeq) - Number(other.sinceSeq) || (BigInt(one.userId) < BigInt(other.userId) ? -1 : 1);
}

type Since = Readonly<Record<'userId' | 'sinceSeq', bigint | number>>;
