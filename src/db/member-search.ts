import type { TermPlace } from '../term-place.ts';
import type { Tx } from './db.ts';
import { empty, join, raw, type Sql, sql } from './sql.ts';
import { countsOnce, isActive, last, ofUsers, readPlaces } from './term-search.ts';

const byNickname = raw('/*! FORCE INDEX (Membership_conversationId_state_nickname_idx) */');
const byJoining = raw('/*! FORCE INDEX (Membership_conversationId_state_joinedSeq_userId_idx) */');
const byRole = raw('/*! FORCE INDEX (Membership_conversationId_role_state_userId_idx) */');
// MySQL reads this as a hint and CROSS JOIN as a plain join. SQLite reads the hint as a comment and takes CROSS JOIN as the join order.
const inOrder = raw('/*! STRAIGHT_JOIN */');

/** The members of a conversation to search for. */
export interface MemberSearch {
  readonly conversationId: bigint;
  /** At least one. Each must begin one of the member's terms. The first determines the order of the results. */
  readonly prefixes: readonly string[];
  /** Exclusive. Its term begins with the first prefix. Null: from the beginning. */
  readonly after: TermPlace | null;
  readonly limit: number;
  /** Only members with one of these roles. Absent: all. */
  readonly roles?: readonly string[] | undefined;
  /** Upper bound of the number of members with these roles. */
  readonly members: number;
  /** Upper bound of the rows to look up. */
  readonly lookedAt: number;
  /** Only members without a nickname. */
  readonly plain: boolean;
}

/** A member with a nickname. A search matches the nickname as well as the member's own names. */
export interface Nicknamed {
  readonly userId: bigint;
  readonly nickname: string;
  readonly handle: string;
  readonly displayName: string;
}

/** Reads the active members who have a nickname. Null: there are more than `most`. */
export async function readNicknamed(
  tx: Tx,
  { conversationId, roles, most }: Pick<MemberSearch, 'conversationId' | 'roles'> & { readonly most: number },
): Promise<readonly Nicknamed[] | null> {
  const rows = await tx.$queryRaw<readonly (Omit<Nicknamed, 'userId'> & { readonly userId: bigint | number })[]>(sql`
    SELECT ${inOrder} m.userId AS userId, m.nickname AS nickname, u.handle AS handle, u.displayName AS displayName
    FROM Membership m ${byNickname} CROSS JOIN User u ON u.id = m.userId
    WHERE m.conversationId = ${conversationId} AND m.state = 'ACTIVE' AND m.nickname > '' AND u.state = 'ACTIVE' ${withRole(roles)}
    LIMIT ${most + 1}`);
  return rows.length > most ? null : rows.map((row) => ({ ...row, userId: BigInt(row.userId) }));
}

/** Members found by their own names, by (term, id), each once, and the place where the search stopped. Null: there is nothing after it. */
export interface FoundMembers {
  readonly places: readonly TermPlace[];
  readonly end: TermPlace | null;
}

/**
 * Searches for active members for whom each prefix begins a term.
 *
 * Reads the terms that begin with the first prefix, or the members, whichever are fewer, and looks each up by key in the other table. So a
 * search takes as long in a large group as in a small one (decision 79). If both are many, it stops at `end`, and the next search continues
 * from there.
 */
export async function searchMembers(tx: Tx, search: MemberSearch): Promise<FoundMembers> {
  const { conversationId, prefixes, after, limit, roles, members, lookedAt, plain } = search;
  const [first = ''] = prefixes;
  const end = await placeBehind(tx, { first, after, steps: Math.min(members, lookedAt) });
  if (end !== null && members <= lookedAt) return { places: await amongMembers(tx, search), end: null };
  const unnamed = plain ? sql`AND m.nickname IS NULL` : empty;
  const isMember = sql`(SELECT m.state FROM Membership m WHERE m.conversationId = ${conversationId} AND m.userId = t.userId ${unnamed} ${withRole(roles)} LIMIT 1) = 'ACTIVE'`;
  const places = await readPlaces(tx, ofUsers, {
    ...{ first, after, upTo: end, limit },
    conditions: sql`${isMember} AND ${countsOnce(ofUsers, prefixes)} AND ${isActive}`,
  });
  return { places, end };
}

/**
 * Returns a place at least `steps` terms after another, and at most about twice as many (see `skipped`). Null: the terms that begin with
 * the prefix end before it.
 */
async function placeBehind(
  tx: Tx,
  { first, after, steps }: { readonly first: string; readonly after: TermPlace | null; readonly steps: number },
): Promise<TermPlace | null> {
  const [place = null] = await readPlaces(tx, ofUsers, { ...{ first, after, limit: 1 }, skipped: steps });
  return place;
}

// The unary + keeps SQLite from using the index on nicknames, which nearly nobody has.
async function amongMembers(tx: Tx, { conversationId, prefixes, after, limit, roles, plain }: MemberSearch): Promise<readonly TermPlace[]> {
  const [first = ''] = prefixes;
  const behind = after === null ? empty : sql`AND t.term >= ${after.term} AND (t.term > ${after.term} OR t.userId > ${after.id})`;
  const rows = await tx.$queryRaw<readonly { readonly term: string; readonly id: bigint | number }[]>(sql`
    SELECT ${inOrder} t.term AS term, t.userId AS id
    FROM Membership m ${roles === undefined || roles.includes('MEMBER') ? byJoining : byRole} CROSS JOIN UserTerm t ${ofUsers.byId} ON t.userId = m.userId
    WHERE m.conversationId = ${conversationId} AND m.state = 'ACTIVE' ${plain ? sql`AND +m.nickname IS NULL` : empty} ${withRole(roles)}
      AND t.term >= ${first} AND t.term < ${first + last} ${behind} AND ${countsOnce(ofUsers, prefixes)} AND ${isActive}
    ORDER BY t.term, t.userId LIMIT ${limit}`);
  return rows.map(({ term, id }) => ({ term, id: BigInt(id) }));
}

function withRole(roles: readonly string[] | undefined): Sql {
  return roles === undefined ? empty : sql`AND m.role IN (${join([...roles])})`;
}
