import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mariadb';

/** How far the effects are behind the log. */
export interface Behind {
  readonly entries: number;
  readonly streams: number;
  /** Age in ms of the oldest entry whose effect is not done, or 0 if there is none. */
  readonly oldestMs: number;
}

/** Reads the backlog from the database of a system whose rooms have only messages after their first entries. */
export async function readBehind(sql: Connection): Promise<Behind> {
  const [row] = await sql.query(
    `SELECT COALESCE(SUM(s.lastSeq - s.jobSeq), 0) AS entries, COUNT(*) AS streams,
       COALESCE(MAX(TIMESTAMPDIFF(MICROSECOND, (SELECT m.sentAt FROM Message m WHERE m.conversationId = s.id AND m.seq = s.jobSeq + 1), UTC_TIMESTAMP(6))), 0) AS us
     FROM Stream s WHERE s.jobsDue = 1`,
  );
  return { entries: Number(row.entries), streams: Number(row.streams), oldestMs: Math.round(Number(row.us) / 1_000) };
}

// Ten reads a second cost the database next to nothing.
const lookMs = 100;

/**
 * Reads the backlog until `over` returns true and nothing is behind any more. Returns everything that it read. Rejects if the backlog takes
 * longer than `mostMs` from then on.
 */
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
