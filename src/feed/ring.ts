import { type Attachments, type Entry, type KnownEntry, recalledMessage } from '../log/index.ts';

/** The newest entries of one stream, bounded by count and by characters of text. */
export interface Ring {
  push(entry: Entry): void;
  /** Everything after `seq` up to the newest, or null if that reaches further back than the ring. */
  after(seq: number): readonly Entry[] | null;
  /** The entry itself, if it is here. */
  at(seq: number): Entry | undefined;
  /**
   * Takes entries without a hole, and puts in front what lies right before the ring, or ends at `lastSeq` if it is empty: the newest of it, as
   * far as there is room. Whoever needed it is likely not the only one: until `narrow`, the ring keeps more than usual.
   */
  precede(entries: readonly Entry[], lastSeq: number): void;
  /** Takes the text of a message away that was recalled: whoever catches up later does not get it. */
  recall(recall: KnownEntry<'MessageRecalled'>): void;
  /** Forgets what stands up to a seq, which is kept no longer, and takes none of it any more. */
  forget(untilSeq: number): void;
  /** Makes another object of what told of a notice that is taken back: what was made of the old one is given to nobody who catches up later. */
  revoke(revoked: KnownEntry<'NoticeRevoked'>): void;
  /** Back to the usual size. */
  narrow(): void;
  clear(): void;
}

/** What the rings of a node may hold beyond their usual size, in characters, all together. */
export interface Spare {
  characters: number;
}

// Enough to bridge a cut-over under heavy sending; a node with 10,000 busy channels then holds a few hundred MB at the very most.
const usual = { entries: 64, characters: 32_768 };
// While clients catch up: what a busy group says in a minute or two, for those who come back one after the other.
const wide = { entries: 1_024, characters: 524_288 };
// An entry weighs about as much as so many characters of its text.
const entryCharacters = 400;
// 32 MB, or 64 MB where texts are not Latin.
const spareCharacters = 32 * 1024 * 1024;

/** What all rings of a node share. */
export function createSpare(characters = spareCharacters): Spare {
  return { characters };
}

function textOf(entry: Entry): number {
  if (entry.type !== 'MessageSent') return 0;
  const { text, attachments, data, poll } = entry.data;
  const options = poll === null ? 0 : poll.options.reduce((sum, option) => sum + option.length, 0);
  return text.length + (data?.length ?? 0) + options + attachments.reduce((sum, one) => sum + attachmentCharacters(one), 0);
}

function attachmentCharacters({ url, mediaType, name, alt }: Attachments[number]): number {
  return url.length + mediaType.length + (name?.length ?? 0) + (alt?.length ?? 0);
}

/** Makes an empty ring. */
export function createRing(spare: Spare): Ring {
  let entries: Entry[] = [];
  let characters = 0;
  let floor = 0;
  /** Since it was last narrowed somebody has asked for more. */
  let widened = false;
  /** What it has taken of the spare. */
  let taken = 0;

  function tooMuch({ entries: most, characters: mostCharacters }: typeof usual): boolean {
    return entries.length > most || (characters > mostCharacters && entries.length > 1);
  }

  function charge(): void {
    const cost = widened && tooMuch(usual) ? characters + entries.length * entryCharacters : 0;
    spare.characters -= cost - taken;
    taken = cost;
  }

  function trim(): void {
    charge();
    while (tooMuch(usual) && (!widened || spare.characters < 0 || tooMuch(wide))) {
      const oldest = entries.shift();
      if (oldest !== undefined) characters -= textOf(oldest);
      charge();
    }
  }

  return {
    push(entry) {
      entries.push(entry);
      characters += textOf(entry);
      trim();
    },
    after(seq) {
      const first = entries[0];
      return first === undefined || first.seq > seq + 1 ? null : entries.slice(seq + 1 - first.seq);
    },
    at: (seq) => entries[seq - (entries[0]?.seq ?? seq)],
    precede(older, lastSeq) {
      const before = (entries[0]?.seq ?? lastSeq + 1) - 1;
      const end = older.findLastIndex(({ seq }) => seq === before);
      if (end < 0) return;
      widened = true;
      const added = older.slice(0, end + 1).filter(({ seq }) => seq > floor);
      entries = [...added, ...entries];
      for (const entry of added) characters += textOf(entry);
      trim();
    },
    recall({ at, data: { messageSeq } }) {
      const place = messageSeq - (entries[0]?.seq ?? messageSeq);
      const entry = entries[place];
      if (entry?.type !== 'MessageSent') return;
      characters -= textOf(entry);
      entries[place] = recalledMessage(entry, at);
      charge();
    },
    forget(untilSeq) {
      floor = Math.max(floor, untilSeq);
      const kept = entries.filter(({ seq }) => seq > untilSeq);
      if (kept.length === entries.length) return;
      entries = kept;
      characters = kept.reduce((sum, entry) => sum + textOf(entry), 0);
      charge();
    },
    revoke({ data: { noticeId } }) {
      const place = entries.findIndex((entry) => entry.type === 'NoticePosted' && entry.data.noticeId === noticeId);
      const entry = entries[place];
      if (entry !== undefined) entries[place] = { ...entry };
    },
    narrow() {
      widened = false;
      trim();
    },
    clear() {
      entries = [];
      characters = 0;
      trim();
    },
  };
}
