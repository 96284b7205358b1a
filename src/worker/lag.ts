import { countDue, type Db, firstEntries, selectDue } from '../db/index.ts';

/** How far effects are behind the log. */
export interface Lag {
  /** Streams with entries whose effects are not done. */
  readonly streams: number;
  /** Age of the oldest such entry, of the first thousand of these streams, in ms; 0: there is none. */
  readonly oldestMs: number;
}

// Two rows by key each: a few ms, however much is due.
const looksAt = 1_000;

/** Reads it from the database. Throws ChatError UNAVAILABLE. */
export async function readLag(db: Db): Promise<Lag> {
  const [now, streams, due] = await Promise.all([db.now(), countDue(db.client), selectDue(db.client, { after: -1n, limit: looksAt })]);
  const first = await firstEntries(
    db.client,
    due.map(({ id, jobSeq, lastSeq }) => ({ streamId: id, from: jobSeq + 1, to: lastSeq })),
  );
  const ages = first.map((entry) => (entry === null ? 0 : now.getTime() - entry.at.getTime()));
  return { streams, oldestMs: Math.max(0, ...ages) };
}
