import type { Connection } from 'mariadb';
import type { Held } from './acknowledged.ts';

interface Row extends Held {
  readonly first: number;
  readonly last: number;
}

const nothing: Row = { count: 0, sum: 0, first: 1, last: 0 };

/**
 * Throws unless the table Message holds exactly what was acknowledged in each of the conversations, without a gap. MPIM and the recipe both
 * number a conversation's messages in `seq`.
 */
export async function verifyStored(sql: Connection, conversations: readonly string[], acknowledged: readonly Held[]): Promise<void> {
  const rows: (Record<keyof Row, unknown> & { readonly conversation: unknown })[] = await sql.query(
    'SELECT conversationId AS conversation, COUNT(*) AS count, SUM(seq) AS sum, MIN(seq) AS first, MAX(seq) AS last FROM Message GROUP BY conversationId',
  );
  const stored = new Map(
    rows.map(({ conversation, count, sum, first, last }) => [
      String(conversation),
      { count: Number(count), sum: Number(sum), first: Number(first), last: Number(last) },
    ]),
  );
  for (const [room, conversation] of conversations.entries()) {
    const { count, sum, first, last } = stored.get(conversation) ?? nothing;
    const told = acknowledged[room] ?? nothing;
    if (count !== told.count || sum !== told.sum) {
      throw new Error(`conversation ${conversation}: ${told.count} messages were acknowledged, ${count} are stored, or others`);
    }
    if (last - first + 1 !== count)
      throw new Error(`conversation ${conversation}: ${count} messages from ${first} to ${last} leave a hole`);
  }
}
