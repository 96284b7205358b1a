import { type Db, join, selectPages, sql, type Tx } from '../db/index.ts';
import { type Entry, type EntryType, entryTypes, entryVersion, type KnownEntry, parseEntry, seenFrom } from '../log/index.ts';
import type { Message, TimelineEntry } from './message.ts';
import { inOrder, type Range } from './store.ts';

// By it the stretch is entered at its end; MariaDB may take what begins it only, and read all that lies past it.
const index = 'Entry_streamId_timeline_seq_idx';

type EntryRow = Awaited<ReturnType<Tx['entry']['findMany']>>[number];

// What this release can show; what a newer one logged between the messages is stepped over.
const shownTypes = (Object.keys(entryTypes) as EntryType[]).filter((type) => entryTypes[type].timeline && type !== 'MessageSent');

function isShown(entry: Entry): entry is TimelineEntry {
  return entry.type !== 'Hidden' && shownTypes.includes(entry.type);
}

/** A message as the log entry that it is. */
export function messageEntry({ conversationId, seq, sentAt, senderId, ...data }: Message): KnownEntry<'MessageSent'> {
  return { streamId: conversationId, seq, at: sentAt, actorId: senderId, type: 'MessageSent', data };
}

/** The message that an entry is. Throws where its sender is gone. */
export function messageOfEntry({ streamId: conversationId, seq, at: sentAt, actorId, data }: KnownEntry<'MessageSent'>): Message {
  if (actorId === null) throw new Error('a message has a sender');
  return { ...data, conversationId, seq, senderId: actorId, sentAt };
}

/** Reads a range of one of the lists that a timeline is made of. */
interface Sources {
  readonly messageRange: (range: Range) => Promise<readonly Message[]>;
  readonly entryRows: (range: Range) => Promise<readonly EntryRow[]>;
}

/** Messages of a stretch and what happened between them, in the order it asks for. */
export async function readTimelineRange(sources: Sources, range: Range): Promise<readonly TimelineEntry[]> {
  const [messages, entries] = await Promise.all([sources.messageRange(range), readEntryRange(sources, range)]);
  return inOrder([...messages.map(messageEntry), ...entries], range).slice(0, range.limit);
}

// What happened to messages that the reader does not see is not told them: read on past it, so that none is missing of what is.
async function readEntryRange({ entryRows }: Sources, range: Range): Promise<readonly TimelineEntry[]> {
  const shown: TimelineEntry[] = [];
  for (let { from, to } = range; from <= to && shown.length < range.limit; ) {
    const rows = await entryRows({ ...range, from, to });
    shown.push(...rows.flatMap((row) => shownEntry(row, range.firstSeq)));
    const last = rows.at(-1);
    if (last === undefined || rows.length < range.limit) break;
    if (range.newestFirst) to = last.seq - 1;
    else from = last.seq + 1;
  }
  return shown;
}

/** What happened between the messages of stretches, each in the order it asks for. */
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
