import { type Db, join, selectPages, sql, type Tx } from '../db/index.ts';
import { type Entry, type EntryType, entryTypes, entryVersion, type KnownEntry, parseEntry, seenFrom } from '../log/index.ts';
import type { Message, TimelineEntry } from './message.ts';
import { inOrder, type Range } from './store.ts';

// With this index both ends of the range are used. Otherwise MariaDB may use only its start, and read everything after it.
const index = 'Entry_streamId_timeline_seq_idx';

// A page of one item would otherwise take a statement for each event that it reads past.
const restAtOnce = 100;

type EntryRow = Awaited<ReturnType<Tx['entry']['findMany']>>[number];

// The types that this release can show. Those that a newer release has logged are skipped.
const shownTypes = (Object.keys(entryTypes) as EntryType[]).filter((type) => entryTypes[type].timeline && type !== 'MessageSent');

function isShown(entry: Entry): entry is TimelineEntry {
  return entry.type !== 'Hidden' && shownTypes.includes(entry.type);
}

/** Returns the log entry for a message. */
export function messageEntry({ conversationId, seq, sentAt, senderId, ...data }: Message): KnownEntry<'MessageSent'> {
  return { streamId: conversationId, seq, at: sentAt, actorId: senderId, type: 'MessageSent', data };
}

/** Returns the message for a log entry. Throws if the entry has no sender. */
export function messageOfEntry({ streamId: conversationId, seq, at: sentAt, actorId, data }: KnownEntry<'MessageSent'>): Message {
  if (actorId === null) throw new Error('a message has a sender');
  return { ...data, conversationId, seq, senderId: actorId, sentAt };
}

/** The two reads that a timeline is made of. */
interface Sources {
  readonly messageRange: (range: Range) => Promise<readonly Message[]>;
  readonly entryRows: (range: Range) => Promise<readonly EntryRow[]>;
}

/** Returns the messages of a range and the events between them, in the order of the range. */
export async function readTimelineRange(sources: Sources, range: Range): Promise<readonly TimelineEntry[]> {
  const [messages, entries] = await Promise.all([sources.messageRange(range), readEntryRange(sources, range)]);
  return inOrder([...messages.map(messageEntry), ...entries], range).slice(0, range.limit);
}

// Reads past events about messages that the reader does not see. These are left out, and the page is filled with those that the reader
// sees.
async function readEntryRange({ entryRows }: Sources, range: Range): Promise<readonly TimelineEntry[]> {
  const shown: TimelineEntry[] = [];
  for (let { from, to, limit } = range; from <= to && shown.length < range.limit; limit = Math.max(limit, restAtOnce)) {
    const rows = await entryRows({ ...range, from, to, limit });
    shown.push(...rows.flatMap((row) => shownEntry(row, range.firstSeq)));
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) break;
    if (range.newestFirst) to = last.seq - 1;
    else from = last.seq + 1;
  }
  return shown;
}

/** Returns the entries between the messages of ranges, each in its own order. */
export async function readEntryRows(db: Db, ranges: readonly Range[]): Promise<readonly (readonly EntryRow[])[]> {
  const found = await selectPages(db, db.client, { model: 'Entry', rests: ranges.map(entriesWithin), index });
  return found.map((rows, place) => inOrder(rows, ranges[place]));
}

function entriesWithin({ conversationId, from, to, newestFirst, limit }: Range) {
  return sql`streamId = ${conversationId} AND timeline = 1 AND seq >= ${from} AND seq <= ${to}
    AND type IN (${join([...shownTypes])}) AND version <= ${entryVersion} ORDER BY seq ${newestFirst ? sql`DESC` : sql`ASC`} LIMIT ${limit}`;
}

function shownEntry({ type, version, data, timeline: _shown, ...place }: EntryRow, firstSeq: number): readonly TimelineEntry[] {
  const entry = seenFrom(parseEntry(place, type, version, JSON.parse(data)), firstSeq);
  return isShown(entry) ? [entry] : [];
}
