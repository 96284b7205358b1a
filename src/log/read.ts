import {
  type Db,
  inPieces,
  join,
  type KnownHead,
  type StreamKind,
  type StreamRow,
  selectMovedHeads,
  selectPages,
  selectRows,
  sql,
  type Tx,
} from '../db/index.ts';
import { type Entry, parseEntry } from './entry.ts';
import { markerCount } from './marker-count.ts';
import { type MessageRow, messageData } from './message-row.ts';

/** The entries to read: after < seq, at most `limit`, none past `upTo`. */
export interface LogRange {
  readonly after: number;
  readonly limit: number;
  readonly upTo?: number | undefined;
}

/** The entries to read of one stream. */
export interface StreamRange extends LogRange {
  readonly streamId: bigint;
}

/** A part of a stream, ascending, without a gap above `floor`. */
export interface LogPage {
  readonly entries: readonly Entry[];
  /** The stream's last seq, read before the entries. */
  readonly head: number;
  /** Entries at or below this seq may be removed. */
  readonly floor: number;
}

// A gap can only mean that an entries read lags behind its own head read. Three reads are enough to tell that from a defect.
const holeReads = 3;

// Below the limits of both dialects on the parameters of a statement.
const idsAtOnce = 900;

/** Reads a stream's head, then the entries up to it. A stream that does not exist is empty. Throws ChatError UNAVAILABLE. */
export async function readPage(db: Db, streamId: bigint, range: LogRange): Promise<LogPage> {
  for (let read = 1; ; read += 1) {
    const row = await db.client.stream.findUnique({ where: { id: streamId }, select: { kind: true, lastSeq: true, floorSeq: true } });
    const span = spanOf({ ...range, streamId }, row);
    const { after, end, head, floor } = span;
    const entries = end <= after ? [] : await readSpan(db, span);
    if (isWhole(span, entries)) return { entries, head, floor };
    if (read === holeReads) throw new Error(`stream ${streamId} has a hole in (${after}, ${end}]`);
  }
}

/** Reads pages of several streams with three statements. Results are in the order of `ranges`. Throws ChatError UNAVAILABLE. */
export async function readPages(db: Db, ranges: readonly StreamRange[]): Promise<readonly LogPage[]> {
  const rows = await readHeads(db.client, [...new Set(ranges.map(({ streamId }) => streamId))]);
  const asked = ranges.map((range) => ({ range, span: spanOf(range, rows.get(range.streamId) ?? null) }));
  const found = await readSpans(
    db,
    asked.map(({ span }) => span),
  );
  return Promise.all(
    asked.map(({ range, span }, place) => {
      const entries = found[place] ?? [];
      // A page with a gap is read again alone.
      return isWhole(span, entries) ? { entries, head: span.head, floor: span.floor } : readPage(db, range.streamId, range);
    }),
  );
}

/** The bounds of a page according to its stream's row: after < seq <= end. */
interface Span {
  readonly streamId: bigint;
  readonly kind: string;
  readonly after: number;
  readonly end: number;
  readonly head: number;
  readonly floor: number;
}

function spanOf(
  { streamId, after, limit, upTo = Number.POSITIVE_INFINITY }: StreamRange,
  row: { readonly kind: string; readonly lastSeq: number; readonly floorSeq: number } | null,
): Span {
  const { kind, lastSeq: head, floorSeq: floor } = row ?? { kind: '', lastSeq: 0, floorSeq: 0 };
  // Rows of messages may remain at or below the floor. Nobody may read them.
  const end = Math.min(head, upTo, after + limit);
  return { streamId, kind, after: Math.max(after, floor), end, head, floor };
}

function isWhole({ after, end }: Span, entries: readonly Entry[]): boolean {
  return end <= after || entries.length === end - after;
}

async function readSpan(db: Db, { streamId, kind, after, end }: Span): Promise<readonly Entry[]> {
  const seq = { gt: after, lte: end };
  const [rows, messages] = await Promise.all([
    db.client.entry.findMany({ where: { streamId, seq } }),
    kind === 'ACCOUNT' ? [] : db.client.message.findMany({ where: { conversationId: streamId, seq } }),
  ]);
  return entriesOf(rows, messages);
}

async function readSpans(db: Db, spans: readonly Span[]): Promise<readonly (readonly Entry[])[]> {
  const entries = spans.map(({ streamId, after, end }) => sql`streamId = ${streamId} AND seq > ${after} AND seq <= ${end}`);
  const messages = spans.map(({ streamId, after, end }) => sql`conversationId = ${streamId} AND seq > ${after} AND seq <= ${end}`);
  const [rows, sent] = await Promise.all([
    selectPages(db, db.client, { model: 'Entry', rests: entries }),
    selectPages(db, db.client, { model: 'Message', rests: messages }),
  ]);
  return spans.map((_, place) => entriesOf(rows[place] ?? [], sent[place] ?? []));
}

type EntryRow = Awaited<ReturnType<Tx['entry']['findMany']>>[number];

function entriesOf(rows: readonly EntryRow[], messages: readonly MessageRow[]): readonly Entry[] {
  const logged = rows.map(({ type, version, data, timeline: _shown, ...place }) => parseEntry(place, type, version, JSON.parse(data)));
  const sent = messages.map((row): Entry => {
    const { conversationId: streamId, seq, sentAt: at, senderId: actorId } = row;
    return { streamId, seq, at, actorId, type: 'MessageSent', data: messageData(row) };
  });
  return [...logged, ...sent].sort((a, b) => a.seq - b.seq);
}

/** Reads the rows of streams. Streams that do not exist are absent. */
export async function readHeads(tx: Tx, ids: readonly bigint[]): Promise<ReadonlyMap<bigint, StreamRow>> {
  const rows = await inPieces(ids, (piece) => selectRows(tx, 'Stream', sql`id IN (${join([...piece])})`), idsAtOnce);
  return new Map(rows.map((row) => [row.id, { ...row, kind: row.kind as StreamKind }]));
}

/** Returns the current heads of the streams that have moved past what is known. Throws ChatError UNAVAILABLE. */
export async function readMovedHeads(db: Db, known: readonly KnownHead[]): Promise<readonly KnownHead[]> {
  const rows = await selectMovedHeads(db, db.client, known);
  return rows.map((row) => ({ id: row.id, lastSeq: row.lastSeq, markerCount: markerCount(row) }));
}
