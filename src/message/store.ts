import { inPieces, join, selectRows, sql, type Tx } from '../db/index.ts';
import { type MessageRow, messageData } from '../log/index.ts';
import type { Message, MessageRef } from './message.ts';

/** A message's name as a key. */
export function refKey({ conversationId, seq }: MessageRef): string {
  return `${conversationId}:${seq}`;
}

/** A row as those who see it may know it. */
export function messageOf(row: MessageRow): Message {
  const { conversationId, seq, senderId, sentAt } = row;
  return { ...messageData(row), conversationId, seq, senderId, sentAt };
}

/** Messages in the order asked for; null where there is none. */
export async function readMessages(tx: Tx, refs: readonly MessageRef[]): Promise<readonly (Message | null)[]> {
  const rows = await inPieces(refs, (piece) => {
    const groups = [...Map.groupBy(piece, ({ conversationId }) => conversationId)];
    const either = groups.map(
      ([conversationId, own]) => sql`(conversationId = ${conversationId} AND seq IN (${join(own.map(({ seq }) => seq))}))`,
    );
    return selectRows(tx, 'Message', join(either, ' OR '));
  });
  const found = new Map(rows.map((row) => [refKey(row), messageOf(row)]));
  return refs.map((ref) => found.get(refKey(ref)) ?? null);
}

/** A stretch of a conversation, and from which end how much of it is read. */
export interface Range {
  readonly conversationId: bigint;
  /** First and last seq that may be read. */
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  readonly limit: number;
}

/** Messages of a stretch, in the order it asks for. */
export async function readMessageRange(tx: Tx, { conversationId, from, to, newestFirst, limit }: Range): Promise<readonly Message[]> {
  const rows = await tx.message.findMany({
    where: { conversationId, seq: { gte: from, lte: to } },
    orderBy: { seq: newestFirst ? 'desc' : 'asc' },
    take: limit,
  });
  return rows.map(messageOf);
}
