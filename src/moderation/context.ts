import { byKey, join, selectRows, sql, type Tx } from '../db/index.ts';
import { firstSeen, type Message, messagesAround } from '../message/index.ts';
import { type Item, listReports } from '../queue/index.ts';

// Enough to see what a message answers and how others reacted to it. An admin who needs more can ask the reporters.
const around = 5;
// The most reporters whose access is read, the newest first.
const asked = 100;

/** Reads the messages around a reported one. Throws the errors that Moderation.context names. */
export async function readContext(tx: Tx, item: Item): Promise<readonly Message[]> {
  const { target } = item;
  if (target.kind !== 'MESSAGE') return [];
  const { conversationId, seq } = target;
  const reports = await listReports(tx, item, { after: null, limit: asked });
  const userIds = reports.map(({ reporterId }) => reporterId).filter((id) => id !== null);
  if (userIds.length === 0) return [];
  const accesses = await selectRows(tx, 'Membership', sql`conversationId = ${conversationId} AND userId IN (${join(userIds)})`, byKey);
  const reaching = accesses.filter((access) => firstSeen(access) <= seq && (access.untilSeq ?? Number.POSITIVE_INFINITY) > seq);
  if (reaching.length === 0) return [];
  const from = Math.min(...reaching.map(firstSeen));
  const until = Math.max(...reaching.map(({ untilSeq }) => untilSeq ?? Number.MAX_SAFE_INTEGER));
  return await messagesAround(tx, { conversationId, seq }, { from, until, each: around });
}
