import { setImmediate as turn } from 'node:timers/promises';
import { selectTexts, type TextRange, type TextRow } from '../db/index.ts';
import { parseAttachments } from '../log/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import type { Span } from './search.ts';
import type { Stretch } from './stretch.ts';
import type { Searchable, Wanted } from './words.ts';

// Whoever looks for what is often said is through with the first few; and where those are long, this is what is read before that is known.
const fewAtOnce = 25;
// Measured: SQLite keeps the process for 0.4 ms while it reads so many of usual length, and for 30 where huge ones follow short ones (24 kB each; 152 with 250). More at once were no
// faster on SQLite.
const mostAtOnce = 100;
// However long they are.
const leastAtOnce = 5;
// Of weight: looked through, that is 3 ms at most, but for a single message.
const weightAtOnce = 100_000;
// One SELECT of a UNION each. Measured: SQLite keeps the process for some 5 ms with so many, and for 10 or more with a hundred.
const stretchesAtOnce = 50;
// A long text costs what it weighs, here and on its way: MAX_MESSAGE_LENGTH in ASCII counts as eight or nine, and as fifty in
// Chinese. So each of the 5,000 messages of a request may have some 160 ideograms, or 80 syllables of Hangul; and measured, what is most work to look through
// (U+FDFA, 8,000 times, which is 10 to 13 ms) costs a request 130 to 160 ms, where all that is usual is 30 to 90.
const weightOfMessage = 1_000;
// Measured: to enter a conversation takes 60 to 130 µs, and each of its messages 6 to 15.
const messagesOfStretch = 5;

/** What is left to be read. */
export interface Rest {
  readonly stretches: readonly Stretch[];
  /** As many messages as this request may still read. */
  readonly messages: number;
  /** As many as are read next: fewer where they are long. */
  readonly atOnce: number;
}

/** Before anything was read. */
export function untouched(messages: number): Rest {
  return { stretches: [], messages, atOnce: fewAtOnce };
}

/** A message that has all words. */
export interface Hit extends Place {
  /** By what it was found. */
  readonly said: Searchable;
}

/** What was read at once. */
export interface Slice {
  /** In the order of the search. */
  readonly hits: readonly Hit[];
  /** Up to where all is looked through by now. */
  readonly place: Place;
  readonly rest: Rest;
}

/** What is looked for. */
export interface Asked extends Span {
  readonly wanted: Wanted;
  /** Null: by anybody. */
  readonly senderId: bigint | null;
}

type Planned = Stretch & TextRange;

/** Reads what comes next of the stretches, of which there is at least one, and compares as much of it as the request may. Others have their turn meanwhile. */
export async function readSlice({ db }: Pick<SearchParts, 'db'>, { wanted, ...asked }: Asked, rest: Rest): Promise<Slice> {
  const ranges = plan(rest);
  const read = await selectTexts(db, db.client, { ranges, ...asked });
  // SQLite has kept the process for as long as that took.
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
  /** The range that was come to, and how many of its rows were compared. */
  readonly last: number;
  readonly compared: number;
}

/** Compares what was read until the request may look through no more: what is read at once can weigh many times what is left to it. */
async function look(
  wanted: Wanted,
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

/** Where a range stands of which so many rows were compared, and what is left of its stretch. */
function remainderOf(
  range: Planned | undefined,
  rows: readonly TextRow[],
  compared: number,
): Pick<Slice, 'place'> & { readonly left: readonly Stretch[] } {
  if (range === undefined) throw new Error('there is a stretch to be read');
  const { conversationId, activeAtMs, from, limit, most } = range;
  const goesOn = compared < rows.length || (limit < most && rows.length === limit);
  const seq = goesOn ? rows[compared - 1]?.seq : undefined;
  // Seqs begin at 1: nothing of the conversation is left below it.
  if (seq === undefined) return { place: { conversationId, activeAtMs, seq: 1 }, left: [] };
  return { place: { conversationId, activeAtMs, seq }, left: [{ conversationId, activeAtMs, from, to: seq - 1, most: most - compared }] };
}

/** The ranges that are read next: all of some stretches, and perhaps a part of the last. */
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

/** How many are read after so many that weighed so much. */
function sizeAfter(atOnce: number, weight: number): number {
  const fitting = Math.floor((atOnce * weightAtOnce) / Math.max(1, weight));
  return Math.max(leastAtOnce, Math.min(fitting, 2 * atOnce, mostAtOnce));
}
