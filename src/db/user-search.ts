import type { Tx } from './db.ts';
import { join, sql } from './sql.ts';

/** Where a user stands in a search: at the smallest of their terms that begins with its first prefix. */
export interface UserPlace {
  readonly term: string;
  readonly userId: bigint;
}

// Above every letter and digit in the order of both databases: what begins with p lies between p and p + last.
const last = '\u{10ffff}';

/**
 * Active users for whom each prefix begins a term, ordered by (term, userId), each once. Reads one range of UserTerm's primary key, in
 * order, until it has `limit`; whether a row counts is looked up by key. `prefixes`: at least one.
 */
export async function searchUsers(
  tx: Tx,
  { prefixes, after, limit }: { readonly prefixes: readonly string[]; readonly after: UserPlace | null; readonly limit: number },
): Promise<readonly UserPlace[]> {
  const [first = '', ...others] = prefixes;
  const from = after === null ? sql`t.term >= ${first}` : sql`t.term >= ${after.term} AND (t.term > ${after.term} OR t.userId > ${after.userId})`;
  const all = others.map(
    (prefix) => sql`AND EXISTS (SELECT 1 FROM UserTerm o WHERE o.userId = t.userId AND o.term >= ${prefix} AND o.term < ${prefix + last})`,
  );
  // The state by a scalar subquery: as a join, the planner could begin with the table of users.
  const rows = await tx.$queryRaw<readonly { readonly term: string; readonly userId: bigint | number }[]>(sql`
    SELECT t.term AS term, t.userId AS userId FROM UserTerm t
    WHERE ${from} AND t.term < ${first + last}
      AND NOT EXISTS (SELECT 1 FROM UserTerm s WHERE s.userId = t.userId AND s.term >= ${first} AND s.term < t.term)
      AND (SELECT u.state FROM User u WHERE u.id = t.userId) = 'ACTIVE'
      ${all.length === 0 ? sql`` : join(all, ' ')}
    ORDER BY t.term, t.userId LIMIT ${limit}`);
  return rows.map(({ term, userId }) => ({ term, userId: BigInt(userId) }));
}
