import { countDue, type Db, firstEntries, selectDue } from '../db/index.ts';

/** How far effects are behind the log. */
export interface Lag {
  /** The number of streams with entries whose effects are not done. */
  readonly streams: number;
  /** The age in ms of the oldest such entry, among the first thousand of these streams. 0 if there is none. */
  readonly oldestMs: number;
}

// It costs two rows by key for each, a few ms in total, however much is due.
const looksAt = 1_000;

/** Reads the lag from the database. Throws ChatError UNAVAILABLE. */
export async function readLag(db: Db): Promise<Lag> {
  const [now, streams, due] = await Promise.all([db.now(), countDue(db.client), selectDue(db.client, { after: -1n, limit: looksAt })]);
  const first = await firstEntries(
    db.client,
    due.map(({ id, jobSeq, lastSeq }) => ({ streamId: id, from: jobSeq + 1, to: lastSeq })),
  );
  const ages = first.map((entry) => (entry === null ? 0 : now.getTime() - entry.at.getTime()));
  return { streams, oldestMs: Math.max(0, ...ages) };
}
