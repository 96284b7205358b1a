import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mariadb';

/** How far the effects are behind the log. */
export interface Behind {
  readonly entries: number;
  readonly streams: number;
  /** Age of the oldest entry whose effect is not done, in ms; 0: there is none. */
  readonly oldestMs: number;
}

/** Looks at the database of a system in which rooms hold nothing but messages after their first entries. */
export async function readBehind(sql: Connection): Promise<Behind> {
  const [row] = await sql.query(
    `SELECT COALESCE(SUM(s.lastSeq - s.jobSeq), 0) AS entries, COUNT(*) AS streams,
       COALESCE(MAX(TIMESTAMPDIFF(MICROSECOND, (SELECT m.sentAt FROM Message m WHERE m.conversationId = s.id AND m.seq = s.jobSeq + 1), UTC_TIMESTAMP(6))), 0) AS us
     FROM Stream s WHERE s.jobsDue = 1`,
  );
  return { entries: Number(row.entries), streams: Number(row.streams), oldestMs: Math.round(Number(row.us) / 1_000) };
}

// Ten looks a second cost the database next to nothing.
const lookMs = 100;

/** Looks all the time until `over` and nothing is behind any more; answers all that was seen. Rejects where that takes longer than `mostMs` from then on. */
export async function watchBehind(sql: Connection, over: () => boolean, mostMs: number): Promise<readonly Behind[]> {
  const seen: Behind[] = [];
  for (let overSince = Number.POSITIVE_INFINITY; ; await delay(lookMs)) {
    const now = await readBehind(sql);
    seen.push(now);
    if (!over()) continue;
    if (now.streams === 0) return seen;
    overSince = Math.min(overSince, performance.now());
    if (performance.now() - overSince > mostMs) throw new Error(`${now.entries} entries are still behind after ${mostMs} ms`);
  }
}
