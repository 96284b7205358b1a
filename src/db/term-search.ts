import type { TermPlace } from '../term-place.ts';
import type { Tx } from './db.ts';
import { empty, join, raw, type Sql, sql } from './sql.ts';

/** A search by prefixes of terms. */
export interface TermSearch {
  /** At least one. Each must begin one of the terms. Terms are read by the first prefix; the others are only looked up. */
  readonly prefixes: readonly string[];
  /** Exclusive. Its term begins with the first prefix. Null: from the beginning. */
  readonly after: TermPlace | null;
  readonly limit: number;
}

/** A search for users. */
export interface UserSearch extends TermSearch {
  /** Only users who are suspended at `now`, or only those who are not. */
  readonly suspended?: { readonly is: boolean; readonly now: Date } | undefined;
}

/** A table of terms, and its column for the user or group that has the term. */
interface Terms {
  readonly table: Sql;
  readonly id: Sql;
  /**
   * Without the hint, MySQL would look up the terms of one user or group in the range of all terms with the prefix. SQLite reads it as a
   * comment.
   */
  readonly byId: Sql;
}

/** The terms that users are found by. */
export const ofUsers: Terms = { table: raw('UserTerm'), id: raw('userId'), byId: raw('/*! FORCE INDEX (UserTerm_userId_term_idx) */') };
const ofGroups: Terms = {
  ...{ table: raw('GroupTerm'), id: raw('conversationId') },
  byId: raw('/*! FORCE INDEX (GroupTerm_conversationId_term_idx) */'),
};

/** Sorts after every letter and digit on both databases: what begins with p lies between p and p + last. */
export const last = '\u{10ffff}';

// Above this number it does not matter which of two prefixes is rarer, and counting would cost more than it saves.
const countedTerms = 1_000;

/** Sorts prefixes by how many terms of users they begin, the fewest first. Prefixes that begin as many, or very many, keep their order. */
export function rarestOfUsers(tx: Tx, prefixes: readonly string[]): Promise<readonly string[]> {
  return rarestFirst(tx, ofUsers, prefixes);
}

/** Does the same for the terms of groups. */
export function rarestOfGroups(tx: Tx, prefixes: readonly string[]): Promise<readonly string[]> {
  return rarestFirst(tx, ofGroups, prefixes);
}

async function rarestFirst(tx: Tx, { table }: Terms, prefixes: readonly string[]): Promise<readonly string[]> {
  if (prefixes.length < 2) return prefixes;
  const counts = prefixes.map(
    (prefix, place) => sql`SELECT ${place} AS place, (SELECT COUNT(*) FROM
      (SELECT 1 FROM ${table} WHERE term >= ${prefix} AND term < ${prefix + last} LIMIT ${countedTerms}) AS some) AS count`,
  );
  const rows = await tx.$queryRaw<readonly { readonly place: bigint | number; readonly count: bigint | number }[]>(
    join(counts, ' UNION ALL '),
  );
  const found = new Map(rows.map(({ place, count }) => [prefixes[Number(place)], Number(count)]));
  return prefixes.toSorted((one, other) => (found.get(one) ?? 0) - (found.get(other) ?? 0));
}

/**
 * Searches for active users for whom each prefix begins a term, ordered by (term, id), each once. Reads ranges of UserTerm's primary key in
 * order until it has `limit`, and checks each row by key.
 */
export function searchUsers(tx: Tx, { suspended, ...search }: UserSearch): Promise<readonly TermPlace[]> {
  return searchTerms(tx, ofUsers, search, suspended === undefined ? isActive : sql`${isActive} AND ${standsSo(suspended)}`);
}

/** Does the same for listed groups, in GroupTerm. */
export function searchGroups(tx: Tx, search: TermSearch): Promise<readonly TermPlace[]> {
  return searchTerms(tx, ofGroups, search, isListed);
}

/** Reads the ids of the listed groups that were created before the group `before`, the newest first. */
export async function listedGroups(
  tx: Tx,
  { before, limit }: { readonly before: bigint; readonly limit: number },
): Promise<readonly bigint[]> {
  // As a range: for an equal term, MariaDB reads all groups from the newest on, and does not enter the index where the page begins.
  const rows = await readRange(
    tx,
    ofGroups,
    sql`t.term >= '' AND t.term <= '' AND t.conversationId < ${before} AND ${isListed}
      ORDER BY t.term DESC, t.conversationId DESC LIMIT ${limit}`,
  );
  return rows.map(({ id }) => id);
}

function searchTerms(tx: Tx, terms: Terms, { prefixes, after, limit }: TermSearch, counts: Sql): Promise<readonly TermPlace[]> {
  const [first = ''] = prefixes;
  return readPlaces(tx, terms, { first, after, limit, conditions: sql`${countsOnce(terms, prefixes)} AND ${counts}` });
}

/** A range of the terms that begin with a prefix. */
interface TermRange {
  readonly first: string;
  readonly after: TermPlace | null;
  /** The last place, inclusive. Null: to the end of the prefix. */
  readonly upTo?: TermPlace | null;
  readonly limit: number;
  /** Condition on a term `t`. */
  readonly conditions?: Sql;
  /**
   * How many places to skip. Applies separately to places with the term of `after` and to those behind them, because these are read by
   * different statements.
   */
  readonly skipped?: number;
}

/** Reads the terms that begin with a prefix and meet the conditions, ordered by (term, id). */
export async function readPlaces(
  tx: Tx,
  terms: Terms,
  { limit, conditions = sql`1 = 1`, skipped = 0, ...range }: TermRange,
): Promise<readonly TermPlace[]> {
  const offset = skipped === 0 ? empty : sql`OFFSET ${skipped}`;
  const places: TermPlace[] = [];
  for (const { part, order } of partsOf(terms, range)) {
    const left = limit - places.length;
    if (left > 0) places.push(...(await readRange(tx, terms, sql`${part} AND ${conditions} ORDER BY ${order} LIMIT ${left} ${offset}`)));
  }
  return places;
}

// Each range is a statement of its own: as one condition, neither database begins to read where the ranges begin, or stops where they end.
// Within one term the order is by id only: given both columns, MariaDB would sort all rows of the term.
function partsOf({ id }: Terms, { first, after, upTo = null }: Pick<TermRange, 'first' | 'after' | 'upTo'>) {
  const ofTerm = (term: string, of: Sql) => ({ part: sql`t.term = ${term} ${of}`, order: sql`t.${id}` });
  const from = after === null ? empty : sql`AND t.${id} > ${after.id}`;
  const to = upTo === null ? empty : sql`AND t.${id} <= ${upTo.id}`;
  if (after !== null && after.term === upTo?.term) return [ofTerm(after.term, sql`${from} ${to}`)];
  const begin = after === null ? sql`t.term >= ${first}` : sql`t.term > ${after.term}`;
  return [
    ...(after === null ? [] : [ofTerm(after.term, from)]),
    { part: sql`${begin} AND t.term < ${upTo?.term ?? first + last}`, order: sql`t.term, t.${id}` },
    ...(upTo === null ? [] : [ofTerm(upTo.term, to)]),
  ];
}

/**
 * Condition: a term `t` is the smallest that begins with the first prefix among the terms of its user or group, and each other prefix
 * begins one of these terms.
 *
 * Each part is a scalar subquery with a LIMIT: the planner may turn joins and EXISTS around, and begin with everybody who has such a term.
 */
export function countsOnce({ table, id, byId }: Terms, [first = '', ...others]: readonly string[]): Sql {
  const rest = others.map(
    (prefix) =>
      sql`(SELECT 1 FROM ${table} o ${byId} WHERE o.${id} = t.${id} AND o.term >= ${prefix} AND o.term < ${prefix + last} LIMIT 1) = 1`,
  );
  const smallest = sql`(SELECT 1 FROM ${table} s ${byId} WHERE s.${id} = t.${id} AND s.term >= ${first} AND s.term < t.term LIMIT 1) IS NULL`;
  return join([smallest, ...rest], ' AND ');
}

/** Condition: a term `t` belongs to an active user. */
export const isActive = sql`(SELECT u.state FROM User u WHERE u.id = t.userId LIMIT 1) = 'ACTIVE'`;

function standsSo({ is, now }: NonNullable<UserSearch['suspended']>): Sql {
  return sql`COALESCE((SELECT u.suspendedUntil > ${now} FROM User u WHERE u.id = t.userId LIMIT 1), FALSE) = ${is}`;
}

// Checks the group's row, whatever terms exist: a node of the earlier release closes and dissolves groups without deleting their terms.
const isListed = sql`(SELECT c.listed = 1 AND c.joinPolicy <> 'INVITE_ONLY' AND c.dissolvedAt IS NULL
  FROM Conversation c WHERE c.id = t.conversationId LIMIT 1) = 1`;

async function readRange(tx: Tx, { table, id }: Terms, range: Sql): Promise<readonly TermPlace[]> {
  const rows = await tx.$queryRaw<readonly { readonly term: string; readonly id: bigint | number }[]>(
    sql`SELECT t.term AS term, t.${id} AS id FROM ${table} t WHERE ${range}`,
  );
  return rows.map((row) => ({ term: row.term, id: BigInt(row.id) }));
}
