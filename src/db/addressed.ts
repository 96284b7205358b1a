import { botsAmong } from './bots-among.ts';
import type { Db, Tx } from './db.ts';
import { byUserKey } from './hold-users.ts';
import { inPieces } from './pieces.ts';
import { empty, join, sql } from './sql.ts';

/** A user (`fromId`) who wants to reach another user (`toId`). */
export interface PairRow {
  readonly fromId: bigint;
  readonly toId: bigint;
}

/** The facts that decide whether `fromId` may reach `toId`. */
export interface Addressed {
  /** `fromId` has blocked `toId`. */
  readonly blocks: boolean;
  /** `toId` has blocked `fromId`. */
  readonly isBlocked: boolean;
  readonly areContacts: boolean;
  /**
   * `toId` takes messages from contacts only, and `fromId` is not a bot: everybody takes messages from bots. Whether `fromId` is a bot is
   * not looked up for contacts.
   */
  readonly isClosed: boolean;
  /** The account of `toId` is erased. */
  readonly isErased: boolean;
}

interface Found {
  readonly what: string;
  readonly one: bigint | number;
  readonly other: bigint | number;
}

/**
 * Reads the facts about pairs of users, in the order of `pairs`. One statement, which reads each table by its key; a second one looks for
 * bots if a pair would be refused.
 */
export function selectAddressed(tx: Tx, pairs: readonly PairRow[]): Promise<readonly Addressed[]> {
  return select(tx, pairs, empty);
}

/**
 * Reads the same facts and keeps them true until the transaction ends. The transaction must already hold each `fromId`.
 *
 * The same statement holds each `toId` as `holdUsers` does, because every direct message needs it. Blocking, and ending a contact, lock
 * both users for change, so it is enough that one of the two was held before the statement.
 */
export function holdAddressed({ dialect }: Pick<Db, 'dialect'>, tx: Tx, pairs: readonly PairRow[]): Promise<readonly Addressed[]> {
  return select(tx, pairs, dialect === 'sqlite' ? empty : sql`LOCK IN SHARE MODE`);
}

async function select(tx: Tx, pairs: readonly PairRow[], held: typeof empty): Promise<readonly Addressed[]> {
  const rows = await inPieces(pairs, (piece) => tx.$queryRaw<Found[]>(statement(piece, held)));
  const found = new Set(rows.map(({ what, one, other }) => `${what} ${one} ${other}`));
  const areContacts = ({ fromId, toId }: PairRow) => found.has(`contact ${toId} ${fromId}`);
  const isClosed = ({ toId }: PairRow) => found.has(`closed ${toId} 0`);
  // Looked up only for senders who would be refused: for all others it would be one more row to read per message.
  const bots = await botsAmong(
    tx,
    pairs.filter((pair) => isClosed(pair) && !areContacts(pair)).map(({ fromId }) => fromId),
  );
  return pairs.map((pair) => ({
    blocks: found.has(`block ${pair.fromId} ${pair.toId}`),
    isBlocked: found.has(`block ${pair.toId} ${pair.fromId}`),
    areContacts: areContacts(pair),
    isClosed: isClosed(pair) && !bots.has(pair.fromId),
    isErased: found.has(`erased ${pair.toId} 0`),
  }));
}

// No condition on messagesFrom: the server would release the lock on a row that a condition leaves out.
function statement(pairs: readonly PairRow[], held: typeof empty) {
  const either = (one: 'fromId' | 'toId', other: 'fromId' | 'toId') =>
    pairs.map((pair) => sql`(userId = ${pair[one]} AND otherId = ${pair[other]})`);
  return sql`
    SELECT 'block' AS what, userId AS one, otherId AS other FROM Block
      WHERE (${join([...either('fromId', 'toId'), ...either('toId', 'fromId')], ' OR ')}) AND state = 'ACTIVE'
    UNION ALL SELECT 'contact', userId, otherId FROM Contact WHERE (${join(either('toId', 'fromId'), ' OR ')}) AND state = 'ACTIVE'
    UNION ALL SELECT CASE WHEN u.state = 'ERASED' THEN 'erased' WHEN u.messagesFrom = 'CONTACTS' THEN 'closed' ELSE 'open' END, u.id, 0
      FROM (SELECT id, state, messagesFrom FROM User ${byUserKey} WHERE id IN (${join(pairs.map(({ toId }) => toId))}) ${held}) AS u`;
}

/** Reads the active members of a conversation whom a user has blocked or who have blocked that user, in no order. */
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
