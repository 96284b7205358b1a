import { setImmediate as turn } from 'node:timers/promises';
import { selectTexts, type TextRange, type TextRow } from '../db/index.ts';
import { parseAttachments } from '../log/index.ts';
import type { SearchParts } from './parts.ts';
import type { Place } from './place.ts';
import type { Stretch } from './stretch.ts';
import type { Wanted } from './words.ts';

// Measured: 1.5 ms of the process, of which SQLite takes one without letting go; a search by a quarter of it takes a third longer.
const messagesAtOnce = 250;
// One SELECT of a UNION each: both databases take some 2 ms for so many.
const stretchesAtOnce = 100;
// Measured: letters beyond ASCII take 50 to 280 ns each to be compared, so some 2 to 8 ms until others have their turn.
const charactersAtOnce = 30_000;
// A long text costs what it weighs, here and on its way: a full one of MAX_MESSAGE_LENGTH counts as eight.
const charactersOfMessage = 1_000;
// Measured: to enter a conversation takes 60 to 100 µs, and each of its messages 6 to 11.
const messagesOfStretch = 5;

/** What is left to be read. */
export interface Rest {
  readonly stretches: readonly Stretch[];
  /** As many messages as this request may still read. */
  readonly messages: number;
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
      messages: rest.messages - messagesOfStretch * ranges.length - found.flat().reduce((sum, row) => sum + costOf(row), 0),
    },
  };
}

/** The ranges that are read next: all of some stretches, and perhaps a part of the last. */
function plan({ stretches, messages }: Rest): readonly Planned[] {
  const ranges: Planned[] = [];
  let [room, left] = [messagesAtOnce, messages];
  for (const stretch of stretches.slice(0, stretchesAtOnce)) {
    if (room <= 0 || left <= 0) break;
    const limit = Math.min(stretch.most, room, left);
    ranges.push({ ...stretch, limit });
    room -= limit;
    left -= limit + messagesOfStretch;
  }
  return ranges;
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
