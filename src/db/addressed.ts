import { botsAmong } from './bots-among.ts';
import type { Db, Tx } from './db.ts';
import { inPieces } from './pieces.ts';
import { empty, join, sql } from './sql.ts';

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
  /** `toId` takes messages from contacts only, and `fromId` is no bot, from which everybody takes them. */
  readonly isClosed: boolean;
  /** The account of `toId` is. */
  readonly isErased: boolean;
}

interface Found {
  readonly what: string;
  readonly one: bigint | number;
  readonly other: bigint | number;
}

/** What stands between pairs of users, in the order asked for, in one statement. Each table is entered by its key. */
export function selectAddressed(tx: Tx, pairs: readonly PairRow[]): Promise<readonly Addressed[]> {
  return select(tx, pairs, empty);
}

/**
 * The same, of what stays so until the transaction ends, where it holds each `fromId` already: each `toId` is held as by `holdUsers`, in the same statement,
 * which each direct message asks for. Whoever blocks or parts holds both for change, so it is enough that one of the two is held before.
 */
export function holdAddressed({ dialect }: Pick<Db, 'dialect'>, tx: Tx, pairs: readonly PairRow[]): Promise<readonly Addressed[]> {
  return select(tx, pairs, dialect === 'sqlite' ? empty : sql`LOCK IN SHARE MODE`);
}

async function select(tx: Tx, pairs: readonly PairRow[], held: typeof empty): Promise<readonly Addressed[]> {
  const rows = await inPieces(pairs, (piece) => tx.$queryRaw<Found[]>(statement(piece, held)));
  const found = new Set(rows.map(({ what, one, other }) => `${what} ${one} ${other}`));
  const areContacts = ({ fromId, toId }: PairRow) => found.has(`contact ${toId} ${fromId}`);
  const isClosed = ({ toId }: PairRow) => found.has(`closed ${toId} 0`);
  // Asked only of who would be refused: for all others it would be one more row to read with each message.
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

// A row that a condition leaves out would be let go again: who takes messages from whom is told of all.
function statement(pairs: readonly PairRow[], held: typeof empty) {
  const either = (one: 'fromId' | 'toId', other: 'fromId' | 'toId') =>
    pairs.map((pair) => sql`(userId = ${pair[one]} AND otherId = ${pair[other]})`);
  return sql`
    SELECT 'block' AS what, userId AS one, otherId AS other FROM Block
      WHERE (${join([...either('fromId', 'toId'), ...either('toId', 'fromId')], ' OR ')}) AND state = 'ACTIVE'
    UNION ALL SELECT 'contact', userId, otherId FROM Contact WHERE (${join(either('toId', 'fromId'), ' OR ')}) AND state = 'ACTIVE'
    UNION ALL SELECT CASE WHEN u.state = 'ERASED' THEN 'erased' WHEN u.messagesFrom = 'CONTACTS' THEN 'closed' ELSE 'open' END, u.id, 0
      FROM (SELECT id, state, messagesFrom FROM User WHERE id IN (${join(pairs.map(({ toId }) => toId))}) ${held}) AS u`;
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
