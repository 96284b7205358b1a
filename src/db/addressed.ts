import type { Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { join, sql } from './sql.ts';

/** Two users, one of whom turns to the other. */
export interface PairRow {
  readonly fromId: bigint;
  readonly toId: bigint;
}

/** What decides whether one may turn to the other. */
export interface Addressed {
  /** `fromId` has blocked `toId`. */
  readonly blocks: boolean;
  /** `toId` has blocked `fromId`. */
  readonly isBlocked: boolean;
  readonly areContacts: boolean;
  /** `toId` takes messages from contacts only. */
  readonly isClosed: boolean;
}

interface Found {
  readonly what: string;
  readonly one: bigint | number;
  readonly other: bigint | number;
}

/** What stands between pairs of users, in the order asked for, in one statement: each direct message asks for it. Each table is entered by its key. */
export async function selectAddressed(tx: Tx, pairs: readonly PairRow[]): Promise<readonly Addressed[]> {
  const rows = await inPieces(pairs, (piece) => tx.$queryRaw<Found[]>(statement(piece)));
  const found = new Set(rows.map(({ what, one, other }) => `${what} ${one} ${other}`));
  return pairs.map(({ fromId, toId }) => ({
    blocks: found.has(`block ${fromId} ${toId}`),
    isBlocked: found.has(`block ${toId} ${fromId}`),
    areContacts: found.has(`contact ${toId} ${fromId}`),
    isClosed: found.has(`closed ${toId} 0`),
  }));
}

function statement(pairs: readonly PairRow[]) {
  const either = (one: 'fromId' | 'toId', other: 'fromId' | 'toId') =>
    pairs.map((pair) => sql`(userId = ${pair[one]} AND otherId = ${pair[other]})`);
  return sql`
    SELECT 'block' AS what, userId AS one, otherId AS other FROM Block
      WHERE (${join([...either('fromId', 'toId'), ...either('toId', 'fromId')], ' OR ')}) AND state = 'ACTIVE'
    UNION ALL SELECT 'contact', userId, otherId FROM Contact WHERE (${join(either('toId', 'fromId'), ' OR ')}) AND state = 'ACTIVE'
    UNION ALL SELECT 'closed', id, 0 FROM User WHERE id IN (${join(pairs.map(({ toId }) => toId))}) AND messagesFrom = 'CONTACTS'`;
}

/** The active members of a conversation whom a user has blocked, or who have blocked them, in no order. */
export async function blockedWithin(
  tx: Tx,
  { conversationId, userId }: { readonly conversationId: bigint; readonly userId: bigint },
): Promise<readonly bigint[]> {
  const rows = await tx.$queryRaw<{ readonly id: bigint | number }[]>(sql`
    SELECT b.otherId AS id FROM Block b JOIN Membership m ON m.conversationId = ${conversationId} AND m.userId = b.otherId
      WHERE b.userId = ${userId} AND b.state = 'ACTIVE' AND m.state = 'ACTIVE'
    UNION SELECT b.userId AS id FROM Block b JOIN Membership m ON m.conversationId = ${conversationId} AND m.userId = b.userId
      WHERE b.otherId = ${userId} AND b.state = 'ACTIVE' AND m.state = 'ACTIVE'`);
  return rows.map(({ id }) => BigInt(id));
}
