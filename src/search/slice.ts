import { setImmediate as turn } from 'node:timers/promises';
import { selectTexts, type TextRange, type TextRow } from '../db/index.ts';
import { parseAttachments } from '../log/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import type { Stretch } from './stretch.ts';
import type { Wanted } from './words.ts';

// Measured: 250 messages of usual length take 1.5 to 2 ms of the process, of which SQLite takes one without letting go. By a quarter of them a search takes a fifth more of it; but whoever looks
// for what is often said is through with the first few.
const fewAtOnce = 50;
const mostAtOnce = 250;
// However long they are.
const leastAtOnce = 10;
// Texts that long are a few ms: letters beyond ASCII take 50 to 280 ns each to be compared.
const charactersAtOnce = 30_000;
// One SELECT of a UNION each. Measured: SQLite keeps the process for some 5 ms with so many, and for 10 or more with a hundred.
const stretchesAtOnce = 50;
// A long text costs what it weighs, here and on its way: a full one of MAX_MESSAGE_LENGTH counts as eight.
const charactersOfMessage = 1_000;
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

/** What was read at once. */
export interface Slice {
  /** Messages that have all words, in the order of the search. */
  readonly hits: readonly Place[];
  /** Up to where all is read by now. */
  readonly place: Place;
  readonly rest: Rest;
}

/** What is looked for. */
export interface Asked {
  readonly wanted: Wanted;
  /** Null: by anybody. */
  readonly senderId: bigint | null;
}

type Planned = Stretch & TextRange;

/** Reads what comes next of the stretches, of which there is at least one, and compares it. Others have their turn meanwhile. */
export async function readSlice({ db }: Pick<SearchParts, 'db'>, { wanted, senderId }: Asked, rest: Rest): Promise<Slice> {
  const ranges = plan(rest);
  const found = await selectTexts(db, db.client, { ranges, senderId });
  const hits: Place[] = [];
  let [characters, looked] = [0, 0];
  for (const [at, { conversationId, activeAtMs }] of ranges.entries()) {
    for (const row of found[at] ?? []) {
      if (hasAll(wanted, row)) hits.push({ conversationId, activeAtMs, seq: row.seq });
      characters += lengthOf(row);
      if (characters - looked < charactersAtOnce) continue;
      looked = characters;
      await turn();
    }
  }
  await turn();
  const [last, rows] = [ranges.at(-1), found.at(-1) ?? []];
  if (last === undefined) throw new Error('there is a stretch to be read');
  const cut = last.limit < last.most && rows.length === last.limit ? rows.at(-1) : undefined;
  const { conversationId, activeAtMs, from, most } = last;
  const left = cut === undefined ? [] : [{ conversationId, activeAtMs, from, to: cut.seq - 1, most: most - rows.length }];
  return {
    hits,
    // Seqs begin at 1: nothing of the conversation is left below it.
    place: { conversationId, activeAtMs, seq: cut?.seq ?? 1 },
    rest: {
      stretches: [...left, ...rest.stretches.slice(ranges.length)],
      atOnce: sizeAfter(rest.atOnce, characters),
      messages: rest.messages - messagesOfStretch * ranges.length - found.flat().reduce((sum, row) => sum + costOf(row), 0),
    },
  };
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
    left -= limit + messagesOfStretch;
  }
  return ranges;
}

/** How many are read after so many that had so many characters. */
function sizeAfter(atOnce: number, characters: number): number {
  const fitting = Math.floor((atOnce * charactersAtOnce) / Math.max(1, characters));
  return Math.max(leastAtOnce, Math.min(fitting, 2 * atOnce, mostAtOnce));
}

function hasAll(wanted: Wanted, { text, attachments }: TextRow): boolean {
  return wanted.in({ text, attachments: parseAttachments(attachments) });
}

function lengthOf({ text, attachments }: TextRow): number {
  return text.length + (attachments?.length ?? 0);
}

function costOf(row: TextRow): number {
  return Math.max(1, Math.ceil(lengthOf(row) / charactersOfMessage));
}
