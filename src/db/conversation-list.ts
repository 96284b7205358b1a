import type { Tx } from './db.ts';
import { sql } from './sql.ts';
import { standing } from './standing.ts';

/** Which part of a user's conversations. */
export interface ShownRange {
  readonly userId: bigint;
  readonly limit: number;
  /** Only those below this place in the order; null: from the top. */
  readonly before: { readonly activeAt: Date; readonly id: bigint } | null;
}

/** The conversations that a user is shown, by latest activity and id, both descending. */
export async function listShown(
  tx: Tx,
  { userId, limit, before }: ShownRange,
): Promise<readonly { readonly id: bigint; readonly activeAt: Date }[]> {
  const below =
    before === null ? sql`` : sql`AND (s.activeAt < ${before.activeAt} OR (s.activeAt = ${before.activeAt} AND s.id < ${before.id}))`;
  const rows = await tx.$queryRaw<{ id: bigint; activeAt: Date }[]>(sql`
    SELECT s.id AS id, s.activeAt AS activeAt
    FROM Membership m JOIN Stream s ON s.id = m.conversationId
    WHERE m.userId = ${userId} AND m.state = 'ACTIVE' AND m.shown = 1 AND ${standing('m')} ${below}
    ORDER BY s.activeAt DESC, s.id DESC
    LIMIT ${limit}`);
  return rows.map(({ id, activeAt }) => ({ id: BigInt(id), activeAt }));
}
