import { byKey, join, selectRows, sql, type Tx } from '../db/index.ts';
import { firstSeen, type Message, messagesAround } from '../message/index.ts';
import { type Item, listReports } from '../queue/index.ts';

// Enough to see what a message answers and what came of it; whoever needs more asks those who reported it.
const around = 5;
// Of so many who have reported it the newest are asked what they can read.
const asked = 100;

/** The messages around a reported one. Throws as Moderation.context says. */
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
