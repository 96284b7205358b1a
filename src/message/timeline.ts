import type { Tx } from '../db/index.ts';
import { type Entry, entryVersion, type KnownEntry, parseEntry, seenFrom } from '../log/index.ts';
import type { Message, TimelineEntry } from './message.ts';
import { type Range, readMessageRange } from './store.ts';

// What this release can show; what a newer one logged between the messages is stepped over.
const shownTypes = ['MemberJoined', 'MemberLeft', 'PinChanged', 'GroupChanged'] as const satisfies readonly TimelineEntry['type'][];

function isShown(entry: Entry): entry is TimelineEntry {
  return (shownTypes as readonly string[]).includes(entry.type);
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

/** Messages of a stretch and what happened between them, in the order it asks for. */
export async function readTimelineRange(tx: Tx, range: Range): Promise<readonly TimelineEntry[]> {
  const [messages, entries] = await Promise.all([readMessageRange(tx, range), readEntryRange(tx, range)]);
  const merged = [...messages.map(messageEntry), ...entries];
  const direction = range.newestFirst ? -1 : 1;
  return merged.sort((one, other) => direction * (one.seq - other.seq)).slice(0, range.limit);
}

// What happened to messages that the reader does not see is not told them: read on past it, so that none is missing of what is.
async function readEntryRange(tx: Tx, range: Range): Promise<readonly TimelineEntry[]> {
  const shown: TimelineEntry[] = [];
  for (let { from, to } = range; from <= to && shown.length < range.limit; ) {
    const rows = await readEntryRows(tx, { ...range, from, to });
    shown.push(...rows.flatMap((row) => shownEntry(row, range.firstSeq)));
    const last = rows.at(-1);
    if (last === undefined || rows.length < range.limit) break;
    if (range.newestFirst) to = last.seq - 1;
    else from = last.seq + 1;
  }
  return shown;
}

function readEntryRows(tx: Tx, { conversationId, from, to, newestFirst, limit }: Range) {
  return tx.entry.findMany({
    where: {
      ...{ streamId: conversationId, timeline: true, seq: { gte: from, lte: to } },
      ...{ type: { in: [...shownTypes] }, version: { lte: entryVersion } },
    },
    orderBy: { seq: newestFirst ? 'desc' : 'asc' },
    take: limit,
  });
}

type EntryRow = Awaited<ReturnType<typeof readEntryRows>>[number];

function shownEntry({ type, version, data, timeline: _shown, ...place }: EntryRow, firstSeq: number): readonly TimelineEntry[] {
  const entry = seenFrom(parseEntry(place, type, version, JSON.parse(data)), firstSeq);
  return isShown(entry) ? [entry] : [];
}
