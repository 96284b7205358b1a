import type { Tx } from './db.ts';
import { join, raw, sql } from './sql.ts';

/** Where a user stands in a search: at the smallest of their terms that begins with its first prefix. */
export interface UserPlace {
  readonly term: string;
  readonly userId: bigint;
}

/** What a search asks for. */
export interface UserSearch {
  /** At least one. Each must begin one of the user's terms; the first is what is read by, the others are only looked up. */
  readonly prefixes: readonly string[];
  /** Exclusive; its term begins with the first prefix. Null: from the beginning. */
  readonly after: UserPlace | null;
  readonly limit: number;
  /** Only those who are suspended at that moment, or only the others. */
  readonly suspended?: { readonly is: boolean; readonly now: Date } | undefined;
}

type Sql = ReturnType<typeof sql>;

// MySQL would look one user's terms up in the range of all that begin so. To SQLite it is a comment.
const byUser = raw('/*! FORCE INDEX (UserTerm_userId_term_idx) */');

// Above every letter and digit in the order of both databases: what begins with p lies between p and p + last.
const last = '\u{10ffff}';

// Past so many it does not matter any more which of two prefixes is rarer, and counting would cost more than it saves.
const countedTerms = 1_000;

/** Prefixes, the one that begins the fewest terms first; of those that begin as few, or very many, in the order given. */
export async function rarestFirst(tx: Tx, prefixes: readonly string[]): Promise<readonly string[]> {
  if (prefixes.length < 2) return prefixes;
  const counts = prefixes.map(
    (prefix, place) => sql`SELECT ${place} AS place, (SELECT COUNT(*) FROM
      (SELECT 1 FROM UserTerm WHERE term >= ${prefix} AND term < ${prefix + last} LIMIT ${countedTerms}) AS some) AS count`,
  );
  const rows = await tx.$queryRaw<readonly { readonly place: bigint | number; readonly count: bigint | number }[]>(
    join(counts, ' UNION ALL '),
  );
  const found = new Map(rows.map(({ place, count }) => [prefixes[Number(place)], Number(count)]));
  return prefixes.toSorted((one, other) => (found.get(one) ?? 0) - (found.get(other) ?? 0));
}

/**
 * Active users for whom each prefix begins a term, ordered by (term, userId), each once. Reads ranges of UserTerm's primary key, in order,
 * until it has `limit`; whether a row counts is looked up by key.
 */
export async function searchUsers(tx: Tx, { prefixes, after, limit, suspended }: UserSearch): Promise<readonly UserPlace[]> {
  const [first = '', ...others] = prefixes;
  const conditions = join([countsOnce(first, others), ...(suspended === undefined ? [] : [standsSo(suspended)])], ' AND ');
  if (after === null)
    return readRange(tx, sql`t.term >= ${first} AND t.term < ${first + last} AND ${conditions} ORDER BY t.term, t.userId LIMIT ${limit}`);
  // Two ranges in two statements: as one condition, neither database begins to read where they begin.
  const same = await readRange(
    tx,
    sql`t.term = ${after.term} AND t.userId > ${after.userId} AND ${conditions} ORDER BY t.userId LIMIT ${limit}`,
  );
  const left = limit - same.length;
  if (left === 0) return same;
  const behind = sql`t.term > ${after.term} AND t.term < ${first + last} AND ${conditions} ORDER BY t.term, t.userId LIMIT ${left}`;
  return [...same, ...(await readRange(tx, behind))];
}

// Each is a scalar subquery with a LIMIT: joins and EXISTS the planner may turn around, and begin with everybody called so.
function countsOnce(first: string, others: readonly string[]): Sql {
  const rest = others.map(
    (prefix) =>
      sql`(SELECT 1 FROM UserTerm o ${byUser} WHERE o.userId = t.userId AND o.term >= ${prefix} AND o.term < ${prefix + last} LIMIT 1) = 1`,
  );
  const smallest = sql`(SELECT 1 FROM UserTerm s ${byUser} WHERE s.userId = t.userId AND s.term >= ${first} AND s.term < t.term LIMIT 1) IS NULL`;
  const active = sql`(SELECT u.state FROM User u WHERE u.id = t.userId LIMIT 1) = 'ACTIVE'`;
  return join([smallest, active, ...rest], ' AND ');
}

function standsSo({ is, now }: NonNullable<UserSearch['suspended']>): Sql {
  return sql`COALESCE((SELECT u.suspendedUntil > ${now} FROM User u WHERE u.id = t.userId LIMIT 1), FALSE) = ${is}`;
}

async function readRange(tx: Tx, range: Sql): Promise<readonly UserPlace[]> {
  const rows = await tx.$queryRaw<readonly { readonly term: string; readonly userId: bigint | number }[]>(
    sql`SELECT t.term AS term, t.userId AS userId FROM UserTerm t WHERE ${range}`,
  );
  return rows.map(({ term, userId }) => ({ term, userId: BigInt(userId) }));
}
