import type { Db, StreamKind, StreamRow, Tx } from '../db/index.ts';
import { type Entry, parseEntry } from './entry.ts';
import { messageData } from './message-row.ts';

/** Which entries: after < seq, at most `limit`, none past `upTo`. */
export interface LogRange {
  readonly after: number;
  readonly limit: number;
  readonly upTo?: number | undefined;
}

/** Part of a stream, ascending, without a hole above `floor`. */
export interface LogPage {
  readonly entries: readonly Entry[];
  /** The stream's last seq, as it stood before the entries were read. */
  readonly head: number;
  /** Entries at or below it may be gone. */
  readonly floor: number;
}

// A hole can only be a reader that lags behind its own head read; thrice is enough to tell it from a defect.
const holeReads = 3;

// Under every dialect's bound on parameters of one statement (SQLite: 32,766 in current builds, 999 in old ones).
const idsAtOnce = 900;

/** Reads the head first, then the entries up to it. Throws ChatError UNAVAILABLE; an unknown stream is empty. */
export async function readPage(db: Db, streamId: bigint, { after, limit, upTo = Number.POSITIVE_INFINITY }: LogRange): Promise<LogPage> {
  for (let read = 1; ; read += 1) {
    const row = await db.client.stream.findUnique({ where: { id: streamId }, select: { kind: true, lastSeq: true, floorSeq: true } });
    const head = row?.lastSeq ?? 0;
    const floor = row?.floorSeq ?? 0;
    const end = Math.min(head, upTo, after + limit);
    if (row === null || end <= after) return { entries: [], head, floor };
    const entries = await readRange(db, streamId, row.kind, { after, end });
    const whole = entries.length === end - after;
    if (whole || after < floor) return { entries, head, floor };
    if (read === holeReads) throw new Error(`stream ${streamId} has a hole in (${after}, ${end}]`);
  }
}

async function readRange(
  db: Db,
  streamId: bigint,
  kind: string,
  { after, end }: { after: number; end: number },
): Promise<readonly Entry[]> {
  const seq = { gt: after, lte: end };
  const [rows, messages] = await Promise.all([
    db.client.entry.findMany({ where: { streamId, seq } }),
    kind === 'ACCOUNT' ? [] : db.client.message.findMany({ where: { conversationId: streamId, seq } }),
  ]);
  const logged = rows.map(({ type, version, data, timeline: _shown, ...place }) => parseEntry(place, type, version, JSON.parse(data)));
  const sent = messages.map((row): Entry => {
    return { streamId, seq: row.seq, at: row.sentAt, actorId: row.senderId, type: 'MessageSent', data: messageData(row) };
  });
  return [...logged, ...sent].sort((a, b) => a.seq - b.seq);
}

/** The rows of these streams, read in pieces. */
export async function readHeads(tx: Tx, ids: readonly bigint[]): Promise<ReadonlyMap<bigint, StreamRow>> {
  const heads = new Map<bigint, StreamRow>();
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const rows = await tx.stream.findMany({ where: { id: { in: ids.slice(from, from + idsAtOnce) } } });
    for (const row of rows) heads.set(row.id, { ...row, kind: row.kind as StreamKind });
  }
  return heads;
}
