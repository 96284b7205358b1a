import type { TermPlace } from '../term-place.ts';
import type { Tx } from './db.ts';
import { empty, join, raw, type Sql, sql } from './sql.ts';

/** What a search asks for. */
export interface TermSearch {
  /** At least one. Each must begin one of the terms; the first is what is read by, the others are only looked up. */
  readonly prefixes: readonly string[];
  /** Exclusive; its term begins with the first prefix. Null: from the beginning. */
  readonly after: TermPlace | null;
  readonly limit: number;
}

/** What is asked of users. */
export interface UserSearch extends TermSearch {
  /** Only those who are suspended at that moment, or only the others. */
  readonly suspended?: { readonly is: boolean; readonly now: Date } | undefined;
}

/** Where terms are, and whose they are. */
interface Terms {
  readonly table: Sql;
  readonly id: Sql;
  /** MySQL would look up what one has in the range of all that begin so. To SQLite it is a comment. */
  readonly byId: Sql;
}

/** What users are found by. */
export const ofUsers: Terms = { table: raw('UserTerm'), id: raw('userId'), byId: raw('/*! FORCE INDEX (UserTerm_userId_term_idx) */') };
const ofGroups: Terms = {
  ...{ table: raw('GroupTerm'), id: raw('conversationId') },
  byId: raw('/*! FORCE INDEX (GroupTerm_conversationId_term_idx) */'),
};

/** Above every letter and digit in the order of both databases: what begins with p lies between p and p + last. */
export const last = '\u{10ffff}';

// Past so many it does not matter any more which of two prefixes is rarer, and counting would cost more than it saves.
const countedTerms = 1_000;

/** Prefixes, the one that begins the fewest terms of users first; of those that begin as few, or very many, in the order given. */
export function rarestOfUsers(tx: Tx, prefixes: readonly string[]): Promise<readonly string[]> {
  return rarestFirst(tx, ofUsers, prefixes);
}

/** The same of the terms of groups. */
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
 * Active users for whom each prefix begins a term, ordered by (term, id), each once. Reads ranges of UserTerm's primary key, in order,
 * until it has `limit`; whether a row counts is looked up by key.
 */
export function searchUsers(tx: Tx, { suspended, ...search }: UserSearch): Promise<readonly TermPlace[]> {
  return searchTerms(tx, ofUsers, search, suspended === undefined ? isActive : sql`${isActive} AND ${standsSo(suspended)}`);
}

/** The same of the groups that are listed, in GroupTerm. */
export function searchGroups(tx: Tx, search: TermSearch): Promise<readonly TermPlace[]> {
  return searchTerms(tx, ofGroups, search, isListed);
}

/** The ids of the groups that are listed, made last first: those made before `before`. */
export async function listedGroups(
  tx: Tx,
  { before, limit }: { readonly before: bigint; readonly limit: number },
): Promise<readonly bigint[]> {
  // As a range: of an equal term MariaDB reads all groups from the newest on, and does not enter the index where the page begins.
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

/** A stretch of what a prefix begins. */
interface TermRange {
  readonly first: string;
  readonly after: TermPlace | null;
  /** The last place that counts; null: as far as the prefix goes. */
  readonly upTo?: TermPlace | null;
  readonly limit: number;
  /** What must be true of a term `t`. */
  readonly conditions?: Sql;
  /** So many are passed over; of those that are the same as where it begins, and of those behind them, as many each. */
  readonly skipped?: number;
}

/** The terms that begin with a prefix, ordered by (term, id), as far as the conditions are true of them. */
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

// Ranges in statements of their own: as one condition, neither database begins to read where they begin, nor ends where they end. Of one term, to be told of its
// order MariaDB would sort all that it has.
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
 * That a term `t` is the smallest that begins with the first prefix of what it belongs to, and that each other one begins one of those. Each is a scalar subquery with a
 * LIMIT: joins and EXISTS the planner may turn around, and begin with all that are called so.
 */
export function countsOnce({ table, id, byId }: Terms, [first = '', ...others]: readonly string[]): Sql {
  const rest = others.map(
    (prefix) =>
      sql`(SELECT 1 FROM ${table} o ${byId} WHERE o.${id} = t.${id} AND o.term >= ${prefix} AND o.term < ${prefix + last} LIMIT 1) = 1`,
  );
  const smallest = sql`(SELECT 1 FROM ${table} s ${byId} WHERE s.${id} = t.${id} AND s.term >= ${first} AND s.term < t.term LIMIT 1) IS NULL`;
  return join([smallest, ...rest], ' AND ');
}

/** That a term `t` is of an active user. */
export const isActive = sql`(SELECT u.state FROM User u WHERE u.id = t.userId LIMIT 1) = 'ACTIVE'`;

function standsSo({ is, now }: NonNullable<UserSearch['suspended']>): Sql {
  return sql`COALESCE((SELECT u.suspendedUntil > ${now} FROM User u WHERE u.id = t.userId LIMIT 1), FALSE) = ${is}`;
}

// By the row, whatever terms say: a node of the earlier release closes groups, and ends them, and leaves those.
const isListed = sql`(SELECT c.listed = 1 AND c.joinPolicy <> 'INVITE_ONLY' AND c.dissolvedAt IS NULL
  FROM Conversation c WHERE c.id = t.conversationId LIMIT 1) = 1`;

async function readRange(tx: Tx, { table, id }: Terms, range: Sql): Promise<readonly TermPlace[]> {
  const rows = await tx.$queryRaw<readonly { readonly term: string; readonly id: bigint | number }[]>(
    sql`SELECT t.term AS term, t.${id} AS id FROM ${table} t WHERE ${range}`,
  );
  return rows.map((row) => ({ term: row.term, id: BigInt(row.id) }));
}
