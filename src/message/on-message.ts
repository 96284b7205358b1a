import { compareIds } from '../compare-ids.ts';
import { join, type Sql, selectEach, sql, type Tx } from '../db/index.ts';
import type { MessageRef, Part } from './message.ts';

/** A row of Reaction or PollVote: something that a user did to a message. */
export interface OnMessage {
  readonly conversationId: bigint | number;
  readonly messageSeq: bigint | number;
}

/** Returns the condition for rows on these messages. */
export function onMessages(refs: readonly MessageRef[]): Sql {
  const groups = [...Map.groupBy(refs, ({ conversationId }) => conversationId)];
  const either = groups.map(
    ([conversationId, own]) => sql`(conversationId = ${conversationId} AND messageSeq IN (${join(own.map(({ seq }) => seq))}))`,
  );
  return sql`(${join(either, ' OR ')})`;
}

/** Groups rows by the message's key (`refKey`), and keeps their order. */
export function byMessage<R extends OnMessage>(rows: readonly R[]): ReadonlyMap<string, readonly R[]> {
  return Map.groupBy(rows, ({ conversationId, messageSeq }) => `${conversationId}:${messageSeq}`);
}

/** Returns users, by id, for each page asked for. `select` reads the column userId of one more than `first` rows, the least ids first. */
export async function listUsers<Q extends { readonly first: number }>(
  tx: Tx,
  requests: readonly Q[],
  select: (request: Q) => Sql,
): Promise<readonly Part<bigint>[]> {
  const found = await selectEach<Q, { readonly userId: bigint | number }>(tx, requests, select);
  return requests.map(({ first }, place) => {
    const userIds = (found[place] ?? []).map(({ userId }) => BigInt(userId)).toSorted(compareIds);
    return { items: userIds.slice(0, first), hasNextPage: userIds.length > first };
  });
}
