import { inPieces, join, sql, type Tx } from '../db/index.ts';
import type { Message, MessageRef, Part, PollOption, PollTally, VotersRequest } from './message.ts';
import { byMessage, listUsers, type OnMessage, onMessages } from './on-message.ts';
import { maxOptions } from './poll-shape.ts';
import { refKey } from './store.ts';

interface Voted extends OnMessage {
  readonly choice: bigint | number;
}

interface Counted extends Voted {
  readonly count: bigint | number;
}

// Stands for the number of users who voted at all. Less than the index of any option.
const anything = -1;
// The key has the option before the user, so a lookup by user names all options.
const anyChoice = join(Array.from({ length: maxOptions }, (_, choice) => choice));

/** Returns the votes in each message's poll, in the order asked for. All counts are of the same moment. */
export async function countVotes(tx: Tx, refs: readonly MessageRef[]): Promise<readonly PollTally[]> {
  const rows = await inPieces(refs, (piece) =>
    tx.$queryRaw<Counted[]>(sql`
      SELECT conversationId, messageSeq, choice, COUNT(*) AS count FROM PollVote
      WHERE ${onMessages(piece)} GROUP BY conversationId, messageSeq, choice
      UNION ALL SELECT conversationId, messageSeq, ${anything} AS choice, COUNT(DISTINCT userId) AS count FROM PollVote
      WHERE ${onMessages(piece)} GROUP BY conversationId, messageSeq`),
  );
  const found = byMessage(rows);
  return refs.map((ref) => {
    const counts = new Map((found.get(refKey(ref)) ?? []).map(({ choice, count }) => [Number(choice), Number(count)]));
    return { voters: counts.get(anything) ?? 0, votes: (choice: number) => counts.get(choice) ?? 0 };
  });
}

/** The key of a user's votes in a message's poll. */
export type OwnVotes = MessageRef & { readonly userId: bigint };

/** Returns the options that each user voted for, ascending, in the order asked for. */
export async function readChoices(tx: Tx, keys: readonly OwnVotes[]): Promise<readonly (readonly number[])[]> {
  const rows = await inPieces(keys, (piece) => {
    const users = [...Map.groupBy(piece, ({ userId }) => userId)];
    const either = users.map(([userId, own]) => sql`(${onMessages(own)} AND choice IN (${anyChoice}) AND userId = ${userId})`);
    return tx.$queryRaw<(Voted & { readonly userId: bigint | number })[]>(
      sql`SELECT conversationId, messageSeq, choice, userId FROM PollVote WHERE ${join(either, ' OR ')}`,
    );
  });
  const found = Map.groupBy(rows, ({ conversationId, messageSeq, userId }) => `${conversationId}:${messageSeq}:${userId}`);
  return keys.map((key) =>
    (found.get(`${refKey(key)}:${key.userId}`) ?? []).map(({ choice }) => Number(choice)).toSorted((one, other) => one - other),
  );
}

/**
 * Returns the users who voted for an option, by id, for each page asked for. One statement, which reads a few rows of the key for each
 * page.
 */
export function listVoters(tx: Tx, requests: readonly VotersRequest[]): Promise<readonly Part<bigint>[]> {
  return listUsers(tx, requests, ({ conversationId, seq, choice, first, after = 0n }) => {
    return sql`SELECT userId FROM PollVote
      WHERE conversationId = ${conversationId} AND messageSeq = ${seq} AND choice = ${choice} AND userId > ${after}
      ORDER BY userId LIMIT ${first + 1}`;
  });
}

/** Returns the options of a message's poll, in order; empty if it has none. */
export function optionsOf({ conversationId, seq, poll }: MessageRef & Pick<Message, 'poll'>): readonly PollOption[] {
  if (poll === null) return [];
  return poll.options.map((option, choice) => ({ conversationId, seq, choice, option, anonymous: poll.anonymous }));
}
