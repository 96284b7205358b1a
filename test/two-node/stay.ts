import mariadb from 'mariadb';
import { rawId } from '../support/raw-sql.ts';

/** One stay of a user in a conversation. They may read [fromSeq, untilSeq). */
export interface Stay {
  readonly fromSeq: number;
  /** Infinity while they are a member. */
  readonly untilSeq: number;
}

/** A conversation's history in the database. */
export interface Truth {
  /** The seq of its newest entry. */
  readonly lastSeq: number;
  /** Returns a user's stays, the earliest first. */
  stays(userId: string): readonly Stay[];
}

interface Row {
  readonly streamId: bigint;
  readonly seq: number;
  readonly type: string;
  readonly data: { readonly conversationId?: string; readonly userId?: string; readonly seq?: number };
}

/** Reads directly from the database who was a member of a conversation, and when. */
export async function readTruth(databaseUrl: string, conversationId: string): Promise<Truth> {
  const { hostname, port, username, pathname } = new URL(databaseUrl);
  const sql = await mariadb.createConnection({ host: hostname, port: Number(port), user: username, database: pathname.slice(1) });
  try {
    const id = rawId(conversationId);
    const [head] = await sql.query('SELECT lastSeq FROM Stream WHERE id = ?', [id]);
    const found = await sql.query(
      "SELECT streamId, seq, type, data FROM Entry WHERE type = 'ConversationOpened' OR (type = 'MemberLeft' AND streamId = ?) ORDER BY streamId, seq",
      [id],
    );
    const rows: readonly Row[] = found.map((row: Row) => ({ ...row, data: JSON.parse(String(row.data)) }));
    return { lastSeq: head.lastSeq, stays: (userId) => staysIn(rows, { conversationId: id, userId: rawId(userId) }) };
  } finally {
    await sql.end();
  }
}

function staysIn(
  rows: readonly Row[],
  { conversationId, userId }: { readonly conversationId: string; readonly userId: string },
): readonly Stay[] {
  const ends = rows.filter(({ type, data }) => type === 'MemberLeft' && String(data.userId) === userId).map(({ seq }) => seq);
  const opened = rows.filter(({ streamId, type }) => type === 'ConversationOpened' && String(streamId) === userId);
  return opened
    .filter(({ data }) => String(data.conversationId) === conversationId)
    .map(({ data: { seq = 0 } }) => ({ fromSeq: seq + 1, untilSeq: ends.find((end) => end > seq) ?? Number.POSITIVE_INFINITY }));
}

/** Returns every seq of these stays up to `lastSeq`, in order. */
export function seqsOf(stays: readonly Stay[], lastSeq: number): readonly number[] {
  return stays.flatMap(({ fromSeq, untilSeq }) => {
    const count = Math.max(0, Math.min(untilSeq - 1, lastSeq) - fromSeq + 1);
    return Array.from({ length: count }, (_, n) => fromSeq + n);
  });
}
