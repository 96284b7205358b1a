import { compareIds } from '../compare-ids.ts';
import { selectEach, sql, type Tx } from '../db/index.ts';
import type { ParticipantsRequest } from './message.ts';

/**
 * Returns the participants of each thread, in the order asked for: the author of its root, then the others by their first reply. One
 * statement, which reads a few rows of an index for each thread.
 */
export async function listParticipants(tx: Tx, threads: readonly ParticipantsRequest[]): Promise<readonly (readonly bigint[])[]> {
  // The order names all columns of the index, because MySQL would sort otherwise.
  const found = await selectEach<ParticipantsRequest, Since>(tx, threads, ({ conversationId, seq, first }) => {
    return sql`SELECT w.userId, w.sinceSeq FROM ThreadPart w /*! FORCE INDEX (ThreadPart_conversationId_rootSeq_sinceSeq_userId_idx) */
      WHERE w.conversationId = ${conversationId} AND w.rootSeq = ${seq}
      ORDER BY w.conversationId, w.rootSeq, w.sinceSeq, w.userId LIMIT ${first}`;
  });
  return found.map((rows) => rows.toSorted(bySince).map(({ userId }) => BigInt(userId)));
}

function bySince(one: Since, other: Since): number {
  return Number(one.sinceSeq) - Number(other.sinceSeq) || compareIds(BigInt(one.userId), BigInt(other.userId));
}

type Since = Readonly<Record<'userId' | 'sinceSeq', bigint | number>>;
