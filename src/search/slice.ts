import { setImmediate as turn } from 'node:timers/promises';
import { selectTexts, type TextRange, type TextRow } from '../db/index.ts';
import { parseAttachments } from '../log/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import type { Span } from './search.ts';
import type { Stretch } from './stretch.ts';
import type { Query, Searchable } from './words.ts';

// A search for a frequent word has its page after the first few messages. Where those are long, this is what is read before their size is
// known.
const fewAtOnce = 25;
// Measured: SQLite blocks the process for 0.4 ms while it reads this many messages of usual length, and for 30 ms if huge ones of 24 kB
// each follow short ones (152 ms with 250). More at once were no faster on SQLite.
const mostAtOnce = 100;
// Read at least this many, however long they are.
const leastAtOnce = 5;
// In weight. Comparing this much takes at most 3 ms, unless a single message weighs more.
const weightAtOnce = 100_000;
// Each is one SELECT of a UNION. Measured: SQLite blocks the process for some 5 ms with this many, and for 10 or more with a hundred.
const stretchesAtOnce = 50;
// A long text costs what it weighs, both to read and to compare. MAX_MESSAGE_LENGTH in ASCII counts as eight or nine messages, in Chinese
// as fifty. So each of the 5,000 messages of a request may have some 160 ideograms, or 80 syllables of Hangul. Measured: the text that
// costs the most to compare (8,000 times U+FDFA, 10 to 13 ms) makes a request take 130 to 160 ms, and usual texts make it take 30 to 90 ms.
const weightOfMessage = 1_000;
// Measured: starting on a conversation takes 60 to 130 µs, and each of its messages 6 to 15.
const messagesOfStretch = 5;

/** What a request has left to read. */
export interface Rest {
  readonly stretches: readonly Stretch[];
  /** How many more messages the request may read. */
  readonly messages: number;
  /** How many messages the next slice reads. Fewer where messages are long. */
  readonly atOnce: number;
}

/** Returns the state before anything is read. */
export function untouched(messages: number): Rest {
  return { stretches: [], messages, atOnce: fewAtOnce };
}

/** A message that matches. */
export interface Hit extends Place {
  /** The text and attachments that matched. */
  readonly said: Searchable;
}

/** The result of one read. */
export interface Slice {
  /** In the order of the search. */
  readonly hits: readonly Hit[];
  /** The position up to which everything has been compared. */
  readonly place: Place;
  readonly rest: Rest;
}

/** What a search looks for. */
export interface Asked extends Span {
  readonly wanted: Query;
  /** Null for any sender. */
  readonly senderId: bigint | null;
}

type Planned = Stretch & TextRange;

/**
 * Reads the next messages of the stretches, of which there must be at least one, and compares as many of them as the request may. Gives way
 * to other work meanwhile.
 */
export async function readSlice({ db }: Pick<SearchParts, 'db'>, { wanted, ...asked }: Asked, rest: Rest): Promise<Slice> {
  const ranges = plan(rest);
  const read = await selectTexts(db, db.client, { ranges, ...asked });
  // SQLite has blocked the process during the read.
  await turn();
  const { hits, weight, spent, last, compared } = await look(wanted, { ranges, read, messages: rest.messages });
  const { place, left } = remainderOf(ranges[last], read[last] ?? [], compared);
  return {
    hits,
    place,
    rest: {
      stretches: [...left, ...rest.stretches.slice(last + 1)],
      atOnce: sizeAfter(rest.atOnce, weight),
      messages: rest.messages - spent,
    },
  };
}

interface Looked extends Pick<Slice, 'hits'> {
  readonly weight: number;
  /** In messages. */
  readonly spent: number;
  /** The index of the range that was reached, and how many of its rows were compared. */
  readonly last: number;
  readonly compared: number;
}

/**
 * Compares the rows that were read, until the request has compared as much as it may. One read can weigh many times what the request has
 * left.
 */
async function look(
  wanted: Query,
  {
    ranges,
    read,
    messages,
  }: { readonly ranges: readonly Planned[]; readonly read: readonly (readonly TextRow[])[]; readonly messages: number },
): Promise<Looked> {
  const hits: Hit[] = [];
  let [weight, paused, spent] = [0, 0, 0];
  for (const [last, { conversationId, activeAtMs, entering = 0 }] of ranges.entries()) {
    for (const [at, { seq, text, attachments }] of (read[last] ?? []).entries()) {
      const said = { text, attachments: parseAttachments(attachments) };
      const compared = wanted.compare(said);
      if (compared.found) hits.push({ conversationId, activeAtMs, seq, said });
      const own = compared.weight + (attachments?.length ?? 0);
      weight += own;
      spent += Math.max(1, Math.ceil(own / weightOfMessage));
      if (spent >= messages) return { hits, weight, spent, last, compared: at + 1 };
      if (weight - paused < weightAtOnce) continue;
      paused = weight;
      await turn();
    }
    spent += messagesOfStretch + entering;
  }
  await turn();
  return { hits, weight, spent, last: ranges.length - 1, compared: read.at(-1)?.length ?? 0 };
}

/** Returns the position after `compared` rows of a range, and what is left of the range's stretch. */
function remainderOf(
  range: Planned | undefined,
  rows: readonly TextRow[],
  compared: number,
): Pick<Slice, 'place'> & { readonly left: readonly Stretch[] } {
  if (range === undefined) throw new Error('there is a stretch to be read');
  const { conversationId, activeAtMs, from, limit, most } = range;
  const goesOn = compared < rows.length || (limit < most && rows.length === limit);
  const seq = goesOn ? rows[compared - 1]?.seq : undefined;
  // Seqs begin at 1, so nothing of the conversation is left below it.
  if (seq === undefined) return { place: { conversationId, activeAtMs, seq: 1 }, left: [] };
  return { place: { conversationId, activeAtMs, seq }, left: [{ conversationId, activeAtMs, from, to: seq - 1, most: most - compared }] };
}

/** Returns the ranges to read next: some whole stretches, and possibly a part of the last one. */
function plan({ stretches, messages, atOnce }: Rest): readonly Planned[] {
  const ranges: Planned[] = [];
  let [room, left] = [atOnce, messages];
  for (const stretch of stretches.slice(0, stretchesAtOnce)) {
    if (room <= 0 || left <= 0) break;
    const limit = Math.min(stretch.most, room, left);
    ranges.push({ ...stretch, limit });
    room -= limit;
    left -= limit + messagesOfStretch + (stretch.entering ?? 0);
  }
  return ranges;
}

/** Returns how many messages to read after a read of `atOnce` messages with this weight. */
function sizeAfter(atOnce: number, weight: number): number {
  const fitting = Math.floor((atOnce * weightAtOnce) / Math.max(1, weight));
  return Math.max(leastAtOnce, Math.min(fitting, 2 * atOnce, mostAtOnce));
}
